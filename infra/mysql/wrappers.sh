# Sourced by the two scripts that unpack a foreign file tree: programs that run inside it without touching the system.
#
# Why: the tree has a C library of its own, so its programs must be started by its own loader.
# Each wrapper ends in `exec`, so the process id it was started with is the server's and signals reach it.

# write_wrappers SCRATCH: fills SCRATCH/bin and SCRATCH/version from SCRATCH/root.
write_wrappers() {
    local scratch=$1 loader libraries name program version
    loader=$(cd "$scratch/root" && find usr/lib lib lib64 usr/lib64 -name 'ld-linux*.so.*' 2>/dev/null | head -n 1)
    [[ -n $loader ]] || { say "the unpacked tree holds no loader"; return 1; }
    libraries=$(library_folders "$scratch/root" "$(dirname "$loader")")
    mkdir "$scratch/bin"
    for name in mysqld mysql mysqldump mysqlbinlog; do
        program=$(cd "$scratch/root" && find usr/sbin usr/bin -name "$name" 2>/dev/null | head -n 1)
        [[ -n $program ]] || { say "the unpacked tree holds no $name"; return 1; }
        cat >"$scratch/bin/$name" <<WRAPPER
#!/bin/sh
root=\$(CDPATH= cd -- "\${0%/*}/../root" && pwd)
exec "\$root/$loader" --library-path "$libraries" "\$root/$program" "\$@"
WRAPPER
        chmod 755 "$scratch/bin/$name"
    done
    version=$(version_of "$scratch/bin/mysqld") || { say "the unpacked mysqld does not run here"; return 1; }
    printf '%s\n' "$version" >"$scratch/version"
    say "unpacked MySQL $version"
}

# Prints the library path of a tree, in terms of the wrapper's variable root.
library_folders() {
    local root=$1 folder path=
    for folder in "$2" usr/lib/mysql/private usr/lib64/mysql/private usr/lib64 lib64; do
        if [[ -d $root/$folder ]]; then path+=${path:+:}\$root/$folder; fi
    done
    printf '%s' "$path"
}
