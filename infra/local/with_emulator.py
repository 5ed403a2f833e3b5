"""Run a command with an emulator of its own: `with_emulator.py COMMAND…`.

The command finds the emulator in AWS_ENDPOINT_URL and root's credentials beside it. Its exit code is passed on.
"""

import subprocess
import sys

from emulator import Emulator, EmulatorError


def main() -> int:
    with Emulator() as emulator:
        return subprocess.run(sys.argv[1:], env=emulator.environment, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmulatorError as error:
        sys.exit(str(error))
