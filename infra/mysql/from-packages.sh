# Sourced by mysqld-find: MySQL from Debian or Ubuntu packages, unpacked into the cache and run with their own loader.
#
# Why: Debian's stable suites carry MariaDB only, its sid suite carries Oracle MySQL.
# Never installs anything and never writes outside the cache folder.

source "$here/../fetch/private-apt.sh"

suite() { if [[ $(distribution) == ubuntu ]]; then codename; else printf sid; fi; }

# fetch_packages SCRATCH: fills the folder with root/, bin/ and version.
fetch_packages() {
    local scratch=$1 server client
    read_package_list "$scratch/apt" "$(suite)" || return 1
    server=$(newest_package mysql-server-core) || { say "the $(suite) suite offers no MySQL $majors server"; return 1; }
    client=${server/server/client}
    say "fetching $server and $client (about 65 MB)"
    unpack_packages "$scratch/apt" "$scratch/root" "$server" "$client" || return 1
    write_wrappers "$scratch" || return 1
}

# Prints the newest package NAME or NAME-<version> whose major version is accepted.
newest_package() {
    apt-cache --names-only search "^$1(-[0-9.]+)?\$" | awk '{ print $1 }' | while read -r package; do
        local version
        version=$(apt-cache show --no-all-versions "$package" | awk '$1 == "Version:" { print $2; exit }')
        if [[ " $majors " == *" ${version%%.*} "* ]]; then printf '%s %s\n' "$version" "$package"; fi
    done | sort -V | awk '{ name = $2 } END { if (name == "") exit 1; print name }'
}

source "$here/wrappers.sh"
