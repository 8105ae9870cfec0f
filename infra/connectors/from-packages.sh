# Sourced by connectors-find: Python and Perl with their MySQL clients, from packages, run with their own loader.
#
# Why of this machine's own release: its packages fit each other, which those of a suite in motion may not for days.
# Why with their own loader: the machine may have no Python at all, or a half of these packages in another version.

source "$here/../fetch/private-apt.sh"

# fetch_packages SCRATCH: fills the folder with root/ and bin/.
fetch_packages() {
    local scratch=$1 release
    release=$(codename)
    [[ -n $release ]] || { say "this system does not say its release name"; return 1; }
    read_package_list "$scratch/apt" "$release" || return 1
    say "fetching PyMySQL and DBD::MariaDB with their interpreters (about 30 MB)"
    unpack_packages "$scratch/apt" "$scratch/root" python3-pymysql python3-cryptography libdbd-mariadb-perl || return 1
    (cd "$scratch/root/usr/share" && rm -rf doc man locale info)
    mkdir "$scratch/bin"
    write_python "$scratch" || return 1
    write_perl "$scratch" || return 1
    complete "$scratch/bin/python3" "$scratch/bin/perl" || { say "what was unpacked does not run here"; return 1; }
}

# Python finds its own modules from the path it was started with. Isolated: neither variables nor folders of the user
# count. PyMySQL asks for the user's name when it is imported, and some containers have none.
write_python() {
    local python
    python=$(below "$1" 'usr/bin/python3.+([0-9])')
    [[ -n $python ]] || { say "the unpacked tree holds no Python"; return 1; }
    write_wrapper "$1" python3 "$python" '-I -X utf8' 'export LOGNAME="${LOGNAME:-nobody}"'
}

# Perl knows its module folders by absolute paths of the system, so they are named to it.
write_perl() {
    local folder library= plugins
    for folder in $(below "$1" 'usr/lib/*/perl5/5.*') $(below "$1" usr/share/perl5) \
        $(below "$1" 'usr/lib/*/perl/5.*') $(below "$1" 'usr/share/perl/5.*') $(below "$1" 'usr/lib/*/perl-base'); do
        library+=${library:+:}\$root/$folder
    done
    plugins=$(below "$1" 'usr/lib/*/libmariadb3/plugin')
    [[ -n $library && -n $plugins ]] || { say "the unpacked tree holds no whole Perl"; return 1; }
    write_wrapper "$1" perl usr/bin/perl "" "export PERL5LIB=\"$library\" MARIADB_PLUGIN_DIR=\"\$root/$plugins\" PERL_BADLANG=0"
}

# write_wrapper SCRATCH NAME PROGRAM OPTIONS LINE: a program of the tree, started by the loader and with the libraries of
# the tree. It ends in `exec`, so the process id it was started with is the program's.
write_wrapper() {
    local loader libraries= folder modules
    loader=$(loader_below "$1")
    modules=$(below "$1" 'usr/lib/*/ossl-modules')
    for folder in $(below "$1" '{usr/,}lib/*-linux-*'); do libraries+=${libraries:+:}\$root/$folder; done
    [[ -n $loader && -n $modules && -n $libraries ]] || { say "the unpacked tree holds no loader"; return 1; }
    cat >"$1/bin/$2" <<WRAPPER
#!/bin/sh
root=\$(CDPATH= cd -- "\${0%/*}/../root" && pwd)
export OPENSSL_CONF=/dev/null OPENSSL_MODULES="\$root/$modules"
$5
exec "\$root/$loader" --library-path "$libraries" "\$root/$3" $4 "\$@"
WRAPPER
    chmod 755 "$1/bin/$2"
}

# The loader itself: its other names are links to where it would be if it were installed, which is not ours.
loader_below() {
    local path
    for path in $(below "$1" '{usr/,}lib{,64,/*}/ld-linux*.so.*'); do
        if [[ ! -L $1/root/$path ]]; then printf '%s' "$path"; return; fi
    done
}

# below SCRATCH PATTERN: prints what matches below root/, one a line, relative to it; nothing where nothing does.
below() {
    (
        cd "$1/root" && shopt -s nullglob extglob && eval "set -- $2" || exit 1
        if [[ $# -gt 0 ]]; then printf '%s\n' "$@"; fi
    )
}
