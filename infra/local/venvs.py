"""Make the project's Python environments: `python3 infra/local/venvs.py NAME…`.

One environment for each requirements/<name>.txt, under .local/venv/<name>. Nothing happens where the environment is
already what its file says, and two runs at once wait for each other.
"""

import fcntl
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENVS = ROOT / ".local" / "venv"
REQUIREMENTS = Path(__file__).parent / "requirements"
OLDEST_PYTHON = (3, 11)


def make(name: str) -> None:
    requirements = REQUIREMENTS / f"{name}.txt"
    directory = VENVS / name
    # An environment is tied to its requirements, to the Python that made it and to where it stands.
    wanted = "\n".join([sys.version, str(directory), requirements.read_text()])
    stamp = directory / "made-from"
    VENVS.mkdir(parents=True, exist_ok=True)
    with (VENVS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        print(f"Installing {requirements.relative_to(ROOT)} (once)", flush=True)
        shutil.rmtree(directory, ignore_errors=True)
        venv.create(directory, with_pip=True)
        subprocess.run(
            [directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--requirement", requirements],
            check=True,
        )
        stamp.write_text(wanted)


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed; this is {sys.version.split()[0]}.")
    try:
        for environment in sys.argv[1:]:
            make(environment)
    except subprocess.CalledProcessError as error:
        sys.exit(f"pip failed with exit code {error.returncode}: see above.")
