# What ./run and ./test both need; they `source` this file from the checkout's own folder.

VENV=.venv

# Say what stops us and end as every command of ours does that could not run.
give_up() {
    printf '%s\n' "$@" >&2
    exit 2
}

# Install the Debian packages that are missing, each given as PACKAGE=FILE-OR-PROGRAM it brings.
# Only root can; anybody else is told what to install.
need_packages() {
    local pair brings missing=()
    for pair in "$@"; do
        brings=${pair#*=}
        command -v "$brings" >/dev/null || [ -e "$brings" ] || missing+=("${pair%%=*}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || give_up "Missing: ${missing[*]}. Install them and start again:" \
        "  sudo apt-get install -y ${missing[*]}"
    echo "installing ${missing[*]} ..."
    DEBIAN_FRONTEND=noninteractive apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
}

# Install PostgreSQL's server, of the version that this system has. Debian's package also makes a
# database of its own and starts it, which nobody here needs: it is told not to, unless it was
# installed before.
need_postgresql() {
    local settings=/etc/postgresql-common/createcluster.conf
    ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || return 0
    if [ "$(id -u)" = 0 ] && [ ! -e $settings ]; then
        need_packages postgresql-common=$settings
        sed -i 's/^#\?create_main_cluster *=.*/create_main_cluster = false/' $settings
    fi
    need_packages postgresql=/none
}

# The newest Python that will do.
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    give_up 'Python 3.11 or later is needed: apt-get install python3 (Debian 12, Ubuntu 24.04)'
}

# Make the virtual environment and install this checkout into it, with the extra `test` if $1 says
# so. What was installed from the same setup.cfg before is left alone.
make_venv() {
    local python extra=${1:-} wanted
    PATH=$PWD/$VENV/bin:$PATH
    wanted="$(cat setup.cfg pyproject.toml | sha256sum)"
    if grep -qsxF "$wanted$extra" $VENV/installed || grep -qsxF "${wanted}test" $VENV/installed; then
        return
    fi
    if [ ! -x $VENV/bin/pip ]; then
        python=$(find_python)
        "$python" -c 'import ensurepip' 2>/dev/null ||
            need_packages "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv=/none"
        "$python" -m venv $VENV
    fi
    echo "installing into $VENV ..."
    $VENV/bin/pip install --quiet --disable-pip-version-check --editable ".${extra:+[$extra]}"
    echo "$wanted$extra" >$VENV/installed
}
