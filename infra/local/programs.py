"""Have the programs there that the end-to-end tests run: `python3 infra/local/programs.py`.

They are no part of the rail: a browser for its page, and the languages in which the guides show how to verify a signature.
As root on Debian or Ubuntu, those that are missing are installed; elsewhere the message names them.
"""

import os
import shutil
import subprocess
import sys

# Program, and Debian's package that has it.
NEEDED = {
    "chromium": "chromium",
    "go": "golang-go",
    "javac": "default-jdk-headless",
    "openssl": "openssl",
    "php": "php-cli",
    "ruby": "ruby",
}


def main() -> int:
    missing = [program for program in NEEDED if not is_there(program)]
    if not missing:
        return 0
    packages = [NEEDED[program] for program in missing]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {', '.join(packages)} (once)", flush=True)
        if not installed(packages):
            # What is known of the packages may be too old, or nothing.
            run("apt-get", "update", "-qq")
            installed(packages)
        missing = [program for program in missing if not is_there(program)]
    if missing:
        print(f"These programs are missing: {', '.join(missing)}. Debian has them as: {' '.join(packages)}", file=sys.stderr)
    return 1 if missing else 0


def is_there(program: str) -> bool:
    """Of the browser, the variable CHROMIUM may say where it is."""
    return shutil.which(os.environ.get(program.upper(), program)) is not None


def installed(packages: list[str]) -> bool:
    return run("apt-get", "install", "-y", "-qq", *packages) == 0


def run(*command: str) -> int:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
