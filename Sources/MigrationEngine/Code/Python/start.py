"""Which of the readers is asked for; each reads what it needs and prints one JSON object."""
import sys

sys.dont_write_bytecode = True


def limit_memory():
    """A tree of any size is read within these bounds, or the run fails with a plain error."""
    try:
        import resource
        bound = 4 * 1024 * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (bound, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):
        pass


def main(arguments):
    """scan DIR · fingerprint DIR · stamp DIR · convert < statements · fix DIR < edits"""
    limit_memory()
    sys.setrecursionlimit(4000)
    if len(arguments) == 2 and arguments[0] == "scan":
        import scan
        scan.main(arguments[1])
    elif len(arguments) == 2 and arguments[0] in ("fingerprint", "stamp"):
        import fingerprint
        fingerprint.main(arguments[1], arguments[0] == "fingerprint")
    elif arguments == ["convert"]:
        import convert
        convert.main()
    elif len(arguments) == 2 and arguments[0] == "fix":
        import fix
        fix.main(arguments[1])
    else:
        print("scan DIR | fingerprint DIR | stamp DIR | convert | fix DIR", file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
