"""Run ids, and names that people can remember and say to each other."""

from __future__ import annotations

import os
import time

__all__ = ["make_run_id", "make_run_name"]

_FIRST = """
able agile airy amber ample apt azure balmy bold brave breezy bright brisk calm candid careful
cheery clever cosmic cozy crisp curious dapper daring deft dewy eager early earnest easy elegant
even exact fair fancy fast fearless fine fleet fluent fond frank free fresh frosty gallant gentle
glad gleaming golden good grand great green handy happy hardy hearty honest hopeful humble ideal
jolly jovial keen kind lavish lawful light lively loyal lucid lucky lunar magic mellow merry mighty
mild mint modest neat nimble noble open opal patient peppy placid plain pleasant polite prime proud
pure quick quiet quirky rapid rare ready regal rosy royal rustic sage serene sharp shiny silent
silver simple sincere sleek smart smooth snappy snug social solar solid spry stable starry steady
still stoic sturdy sunny super sure swift tactful tall tame tender thrifty tidy tranquil trim true
trusty upbeat useful valiant vast velvet vivid warm watchful wise witty wonder young zesty
""".split()  # noqa: SIM905 - a paragraph is easier to read and to extend than 150 quoted words
_SECOND = """
acorn alder alpaca ant anvil apple arch ash aspen aurora badger banjo bay beacon bear beaver bee
beech birch bison bluff breeze brook cactus camel canyon cardinal cat cedar cello cheetah cherry
cliff cloud clover cobra comet condor coral cove crane creek cricket crow cypress dahlia dale dawn
deer delta dove dune eagle eel egret elk elm ember falcon fern ferret field finch fir firefly fjord
flame flint forest fox frog galaxy gale gecko geyser glade glen goose grove gull harbor hare harp
hawk hazel heron hill hornet ibex ibis iris island ivy jackal jaguar jay juniper kestrel kite koala
lagoon lake lark laurel lemur lichen lily linden lion llama lotus lynx magpie maple marsh martin
meadow meteor mink mole moon moose moss newt oak oasis ocean ocelot olive orca orchid oriole osprey
otter owl ox panda peach peak pear pebble penguin phoenix pine planet plover plum pond poplar poppy
prairie puffin quail quartz rabbit rain raven reed reef ridge river robin rook rose rowan salmon
seal sequoia shark shore shrew sky sloth snipe snow sparrow spring spruce squid star stone stork
storm stream summit sun swallow swan swift tapir tern thistle thrush tiger toad trail tree trout
tulip tuna tundra valley violet viper vole walnut walrus wasp wave weasel whale willow wind wolf
wombat wren yak yew zebra zephyr
""".split()  # noqa: SIM905 - a paragraph is easier to read and to extend than 150 quoted words


def make_run_id() -> str:
    """Make a run's id: 32 hex digits, a UUID of version 7, so ids sort by the time of the start."""
    time_ns = time.time_ns()
    ms, rest_ns = divmod(time_ns, 1_000_000)
    # 12 bits of the fraction keep runs of one millisecond in order; 62 bits are random.
    fraction = rest_ns * 4096 // 1_000_000
    low = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    return f"{ms << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | low:032x}"


def make_run_name(seed: bytes | None = None) -> str:
    """Make a name such as ``calm-otter-417``.

    Args:
        seed: Eight bytes that decide it. By default they come from the operating system: the
            seeds that a training set, and what it draws from them, stay untouched.
    """
    number = int.from_bytes(seed if seed is not None else os.urandom(8), "big")
    number, first = divmod(number, len(_FIRST))
    number, second = divmod(number, len(_SECOND))
    return f"{_FIRST[first]}-{_SECOND[second]}-{number % 1000}"
