# Sourced by mysqld-find: MySQL from Debian or Ubuntu packages, unpacked into the cache and run with their own loader.
#
# Why: Debian's stable suites carry MariaDB only, its sid suite carries Oracle MySQL. A private apt state lets us fetch
# from there without adding a source to the system, without root, and without mixing the two C libraries.
# Never installs anything and never writes outside the cache folder.

packages_possible() {
    local tool
    for tool in apt-get apt-cache dpkg-deb; do
        command -v "$tool" >/dev/null || { say "no $tool here, so Debian packages cannot be used"; return 1; }
    done
    mirror >/dev/null || { say "no Debian or Ubuntu mirror found in the apt configuration"; return 1; }
    [[ -f $(keyring) ]] || { say "the archive keyring $(keyring) is missing"; return 1; }
}

distribution() { (. /etc/os-release && printf '%s' "${ID:-}"); }

keyring() {
    if [[ $(distribution) == ubuntu ]]; then
        printf /usr/share/keyrings/ubuntu-archive-keyring.gpg
    else
        printf /usr/share/keyrings/debian-archive-keyring.gpg
    fi
}

# Prints the mirror of the machine's own apt configuration, whichever of the two file formats it uses.
mirror() {
    local site
    site=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 2>/dev/null |
        awk '$3 == "main" && $2 !~ /security/ { print $1; exit }')
    [[ -n $site ]] || site=$(mirror_from_files)
    [[ -n $site ]] && printf '%s' "$site"
}

mirror_from_files() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk '$1 == "URIs:" && $2 !~ /security/ { print $2; exit }
             $1 == "deb" { sub(/\[[^]]*\]/, ""); if ($2 !~ /security/ && $0 ~ / main/) { print $2; exit } }'
}

suite() {
    if [[ $(distribution) == ubuntu ]]; then (. /etc/os-release && printf '%s' "$VERSION_CODENAME"); else printf sid; fi
}

# fetch_packages SCRATCH: fills the folder with root/, bin/ and version.
fetch_packages() {
    local scratch=$1 server client version archive
    write_apt_state "$scratch/apt"
    export APT_CONFIG=$scratch/apt/apt.conf
    say "reading the package list of $(suite)"
    apt-get -c "$scratch/apt/no-hooks.conf" -qq update >&2 || { say "the package mirror could not be read"; return 1; }
    server=$(newest_package mysql-server-core) || { say "the $(suite) suite offers no MySQL $majors server"; return 1; }
    client=${server/server/client}
    say "fetching $server and $client (about 65 MB)"
    apt-get -c "$scratch/apt/no-hooks.conf" -qq -y install --download-only "$server" "$client" >"$scratch/apt/install.log" 2>&1 ||
        { tail -n 5 "$scratch/apt/install.log" >&2; return 1; }
    mkdir "$scratch/root"
    for archive in "$scratch"/apt/archives/*.deb; do dpkg-deb -x "$archive" "$scratch/root" || return 1; done
    unset APT_CONFIG
    rm -rf "$scratch/apt"
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

write_apt_state() {
    mkdir -p "$1"/{state/lists/partial,archives/partial,cache}
    # Nothing counts as installed; the lock file lies beside this one.
    : >"$1/state/status"
    # Images for containers add hooks that empty the system's package cache, which is not ours.
    printf '#clear %s;\n' APT::Update::Pre-Invoke APT::Update::Post-Invoke APT::Update::Post-Invoke-Success \
        DPkg::Pre-Invoke DPkg::Pre-Install-Pkgs DPkg::Post-Invoke >"$1/no-hooks.conf"
    printf 'deb [signed-by=%s] %s %s main\n' "$(keyring)" "$(mirror)" "$(suite)" >"$1/sources.list"
    if [[ $(distribution) == ubuntu ]]; then sed -i 's/ main$/ main universe/' "$1/sources.list"; fi
    cat >"$1/apt.conf" <<CONF
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::State "$1/state";
Dir::State::status "$1/state/status";
Dir::Cache "$1/cache";
Dir::Cache::archives "$1/archives";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
CONF
}

source "$here/wrappers.sh"
