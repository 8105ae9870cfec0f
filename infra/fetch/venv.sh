# Sourced by the scripts that fetch programs: Python packages in a virtual environment of ours.
#
# Needs the function `say`. Never installs anything into an interpreter that is there.
#
# An environment is made in a scratch folder and renamed (infra/fetch/once.sh), so the scripts that pip writes name an
# interpreter that is gone. Modules are therefore started as `bin/python -m MODULE`; compiled programs run as they are.

# python_possible: whether the interpreter $FERRY_PYTHON3 (default python3) can make virtual environments; says what is missing.
python_possible() {
    local python=${FERRY_PYTHON3:-python3}
    command -v "$python" >/dev/null || { say "no $python here"; return 1; }
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        { say "$python is older than Python 3.10"; return 1; }
    "$python" -c 'import venv, ensurepip' 2>/dev/null || { say "$python cannot make virtual environments"; return 1; }
}

# fetch_venv SCRATCH ARGUMENTS...: fills the folder with an environment that holds what these arguments of `pip install` name.
fetch_venv() {
    local scratch=$1
    shift
    "${FERRY_PYTHON3:-python3}" -m venv --copies "$scratch" >&2 || return 1
    "$scratch/bin/python" -m pip --disable-pip-version-check --no-input install --quiet "$@" >&2
}
