"""`fly deploy`: looks at fly.toml, builds, provides what a first deploy lacks, and hands over to the machines."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path

from tests.fakes.fly import boot, dockerfile, fly_toml, proxies, rollout, volumes
from tests.fakes.fly import machine as machines
from tests.fakes.fly.call import Call, checked_region
from tests.fakes.fly.shapes import new_ip, new_volume
from tests.fakes.fly.state import Json, new_ulid
from tests.fakes.fly.trouble import Trouble

_NO_PAYMENT = (
    "error creating a new machine: We need your payment information to continue: please add a payment method at "
    "https://fly.io/dashboard/personal/billing"
)


def deploy(call: Call) -> None:
    if call.arguments:
        _go_to(call.arguments[0])
    name, path = call.app_name(), call.config_path
    call.say("==> Verifying app config")
    config = _config(call, name, path)
    call.say("--> Verified app config")
    data = call.state.read()
    if name not in data["apps"]:
        raise Trouble(
            f"the app name {name} could not be found, did you create the app or misspell it in the fly.toml file "
            "or via -a?"
        )
    call.say("==> Building image")
    image = _image(call, data, name, config, path)
    call.say(f"--> Building image done\nimage: {image['ref']}\nimage size: 120 MB\n")
    if call.flags.is_on("build-only"):
        return
    call.say(f"Watch your deployment at https://fly.io/apps/{name}/monitoring\n")
    _release(call, name, config, image)


def _release(call: Call, name: str, config: Json, image: Json) -> None:
    region = checked_region(call.state.read(), config["primary_region"])
    is_first = not call.state.read()["apps"][name]["machines"]
    if is_first:
        found = _provide(call, name, config, region)
    with call.state.change() as data:
        machines.settle(data)
        app = data["apps"][name]
        data["images"][image["ref"]] = image
        if not data["payment"]:
            raise Trouble(_NO_PAYMENT)
        oidc = boot.identity_of(config, call.environment)
        app |= {"config": config, "image": image, "oidc": oidc, "release": app["release"] + 1}
        app["deployed_secrets"] = app["secrets"]
    proxies.ensure(call.state, name, call.environment)
    if is_first:
        call.say(
            'This deployment will:\n * create 1 "app" machine\n\nNo machines in group app, launching a new machine'
        )
        for number, volume in enumerate(found):
            if number:
                call.say("Creating a second machine to increase service availability")
            rollout.create(call, name, region, volume)
    else:
        rollout.replace_all(call, name)
    call.say(f"\nVisit your newly deployed app at https://{name}.fly.dev/")


def _go_to(folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError as trouble:
        raise Trouble(f"failed changing working directory: {trouble.strerror}: {folder}") from None


def _config(call: Call, name: str, path: Path | None) -> Json:
    """fly.toml with what the command line puts in its place.

    Raises:
        Trouble: it has keys or values that flyctl does not take.
    """
    if path is None:
        config = dict(call.state.read()["apps"].get(name, {}).get("config", {}))
        if not config:
            raise Trouble("failed fetching existing app config: no fly.toml, and the app was never deployed")
    else:
        config = fly_toml.read(path)
    unknown, wrong = fly_toml.problems(config)
    wrong += [f"{key}: no such section or key" for key in unknown]
    strategy = call.flags.text("strategy", "rolling")
    if strategy not in fly_toml.STRATEGIES:
        wrong.append(f"{strategy}: no such strategy")
    if wrong:
        raise Trouble("App configuration is not valid: " + "; ".join(wrong))
    more = dict(word.split("=", 1) for word in call.flags.texts("env"))
    config["env"] = {key: str(value) for key, value in {**config.get("env", {}), **more}.items()}
    region = call.flags.text("primary-region") or str(config.get("primary_region", ""))
    config["primary_region"] = region or call.state.read()["regions"][0]
    return config


def _image(call: Call, data: Json, name: str, config: Json, path: Path | None) -> Json:
    """Built from the working directory, or one that was built before."""
    build = config.get("build", {})
    if ref := call.flags.text("image") or str(build.get("image", "")):
        if ref not in data["images"]:
            raise Trouble(f'failed to fetch an image or build from source: could not find image "{ref}"')
        return dict(data["images"][ref])
    context = Path.cwd()
    named = call.flags.text("dockerfile", "Dockerfile")
    file = path.parent / build["dockerfile"] if path is not None and "dockerfile" in build else context / named
    given = dict(word.split("=", 1) for word in call.flags.texts("build-arg"))
    image = dockerfile.build(file, context, {**build.get("args", {}), **given})
    call.say(" => [internal] load build definition from Dockerfile")
    for number, step in enumerate(image.steps, 1):
        call.say(f" => [{number}/{len(image.steps)}] {step}")
    label = call.flags.text("image-label") or f"deployment-{new_ulid()}"
    return {**asdict(image), "ref": f"registry.fly.io/{name}:{label}"}


def _provide(call: Call, name: str, config: Json, region: str) -> list[Json | None]:
    """Addresses, and the volumes of the machines to be made: two, unless `--ha=false`."""
    mounts, count = fly_toml.mounts_of(config), 2 if call.flags.is_on("ha", True) else 1
    with call.state.change() as data:
        app = data["apps"][name]
        if "http_service" in config and not app["ips"] and not call.flags.is_on("no-public-ips"):
            app["ips"] = [new_ip("v6", "global"), new_ip("shared_v4", "")]
            call.say(f"Provisioning ips for {name}")
            call.say("\n".join(f"  {address['Type']}: {address['Address']}" for address in app["ips"]) + "\n")
        if not mounts:
            return [None] * count
        named = [one for one in app["volumes"].values() if one["name"] == mounts[0]["source"]]
        free = [one for one in named if not one["attached_machine_id"]]
        here = [one for one in free if one["region"] == region]
        if free and not here:
            raise Trouble(
                f"Process group 'app' needs volumes with name '{mounts[0]['source']}' to fulfill mounts defined in "
                f"fly.toml; Run `fly volume create {mounts[0]['source']} -r REGION -n COUNT` for the following regions "
                f"and counts: {region}=1"
            )
        while len(here) < count:
            volume = new_volume(
                mounts[0]["source"], region, _gigabytes(call, mounts[0]), mounts[0].get("snapshot_retention", 5)
            )
            call.say(f"Creating a {volume['size_gb']} GB volume named '{volume['name']}' for process group 'app'.")
            volumes.add(call.state, app, volume)
            here.append(volume)
    return list(here[:count])


def _gigabytes(call: Call, mount: Json) -> int:
    found = re.match(r"\d+", str(mount.get("initial_size", "")))
    return int(found[0]) if found else call.flags.number("volume-initial-size", 1)
