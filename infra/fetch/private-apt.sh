# Sourced by the scripts that fetch programs: packages of Debian or Ubuntu, unpacked into a folder of ours.
#
# Why: a private apt state lets us fetch from any suite without root, without adding a source to the system, and without
# mixing C libraries. The mirror and the keys are those of the machine's own apt configuration.
# Never installs anything and never writes outside the folders it is given. Needs the function `say`.

packages_possible() {
    local tool
    for tool in apt-get apt-cache dpkg-deb; do
        command -v "$tool" >/dev/null || { say "no $tool here, so Debian packages cannot be used"; return 1; }
    done
    mirror >/dev/null || { say "no Debian or Ubuntu mirror found in the apt configuration"; return 1; }
    [[ -f $(keyring) ]] || { say "the archive keyring $(keyring) is missing"; return 1; }
}

# read_package_list FOLDER SUITE: makes a private apt state and fills it; apt commands of this shell use it from now on.
read_package_list() {
    write_apt_state "$1" "$2"
    export APT_CONFIG=$1/apt.conf
    say "reading the package list of $2"
    apt-get -c "$1/no-hooks.conf" -qq update >&2 || { say "the package mirror could not be read"; return 1; }
}

# unpack_packages FOLDER ROOT PACKAGES...: fetches the packages with all they depend on, unpacks them into ROOT, and
# drops the private apt state.
unpack_packages() {
    local apt=$1 root=$2 archive
    shift 2
    apt-get -c "$apt/no-hooks.conf" -qq -y install --download-only "$@" >"$apt/install.log" 2>&1 ||
        { tail -n 5 "$apt/install.log" >&2; return 1; }
    mkdir "$root"
    for archive in "$apt"/archives/*.deb; do dpkg-deb -x "$archive" "$root" || return 1; done
    unset APT_CONFIG
    rm -rf "$apt"
}

codename() { (. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}"); }

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

# write_apt_state FOLDER SUITE
write_apt_state() {
    mkdir -p "$1"/{state/lists/partial,archives/partial,cache}
    # Nothing counts as installed; the lock file lies beside this one.
    : >"$1/state/status"
    # Images for containers add hooks that empty the system's package cache, which is not ours.
    printf '#clear %s;\n' APT::Update::Pre-Invoke APT::Update::Post-Invoke APT::Update::Post-Invoke-Success \
        DPkg::Pre-Invoke DPkg::Pre-Install-Pkgs DPkg::Post-Invoke >"$1/no-hooks.conf"
    printf 'deb [signed-by=%s] %s %s main\n' "$(keyring)" "$(mirror)" "$2" >"$1/sources.list"
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
