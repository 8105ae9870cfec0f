# Sourced by the scripts that fetch things into the cache: a slow step is done once, whoever asks first.
#
# Why: tests run side by side, and a download that was cut short must never be taken for a whole one.
# Needs the variable `cache`, the folder that belongs to the calling script alone.

# once TARGET FUNCTION ARGUMENTS...: fills TARGET unless it is there: under a lock, in a scratch folder, renamed into
# place when it is whole. The function gets the scratch folder as its first argument.
once() {
    local target=$1 step=$2
    shift 2
    [[ -d $target ]] && return
    mkdir -p "$cache"
    (
        flock 9
        [[ -d $target ]] && exit 0
        rm -rf "$cache"/scratch.*
        scratch=$(mktemp -d "$cache/scratch.XXXXXX")
        if ! "$step" "$scratch" "$@"; then rm -rf "$scratch"; exit 1; fi
        chmod 755 "$scratch"
        mv -T "$scratch" "$target"
    ) 9>"$cache/lock"
}
