"""`python -m repoint`: runs the binary that came with this package."""

import os
import subprocess
import sys
import sysconfig


def binary() -> str:
    """The path of the binary: beside the scripts of this environment, of the user, or of `--target`."""
    name = "repoint" + (sysconfig.get_config_var("EXE") or "")
    package = os.path.dirname(os.path.abspath(__file__))
    folders = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=sysconfig.get_preferred_scheme("user"))
        if sys.version_info >= (3, 10)
        else None,
        # pip install --target puts scripts into `bin` beside the package.
        os.path.join(os.path.dirname(package), "bin"),
    ]
    for folder in folders:
        if folder and os.path.isfile(os.path.join(folder, name)):
            return os.path.join(folder, name)
    raise FileNotFoundError(f"{name}: not found in {', '.join(filter(None, folders))}")


def main() -> int:
    command = [binary(), *sys.argv[1:]]
    if sys.platform == "win32":
        return subprocess.run(command, check=False).returncode
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main())
