/// What the test targets share.
public enum TestSupport {}
