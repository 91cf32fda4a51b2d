/// The terminal interface.
public enum Console {}
