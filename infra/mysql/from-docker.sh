# Sourced by mysqld-find: MySQL from the file system of a Docker image.
#
# Why unpack instead of running a container: one mechanism for every source. The server is then a plain child process
# with its own id, data folder and signals, which the tests kill and restart; a container would hide all of that.
# Linux only, because the programs of the image must run here.

docker_possible() {
    command -v docker >/dev/null || { say "no docker here"; return 1; }
    docker info >/dev/null 2>&1 || { say "docker is here, but no engine answers"; return 1; }
    [[ $(uname -s) == Linux ]] || { say "the programs of a Docker image run on Linux only"; return 1; }
}

# fetch_image SCRATCH: fills the folder with root/, bin/ and version.
fetch_image() {
    local scratch=$1 image=${FERRY_MYSQL_IMAGE:-mysql:8.4} container
    say "fetching the Docker image $image"
    docker pull --quiet "$image" >&2 || return 1
    container=$(docker create "$image") || return 1
    mkdir "$scratch/root"
    # Device files and foreign owners cannot be made without root and are not needed.
    if ! docker export "$container" |
        tar -x -C "$scratch/root" --no-same-owner --exclude='dev/*' --exclude='proc/*' --exclude='sys/*'; then
        docker rm "$container" >/dev/null
        return 1
    fi
    docker rm "$container" >/dev/null
    write_wrappers "$scratch" || return 1
}

source "$here/wrappers.sh"
