"""The look of figures: colors that can be told apart, and no settings left behind."""

import matplotlib
import pytest
from matplotlib.colors import to_rgb

from neurosim.errors import UnknownKeywordError
from neurosim.plotting import COLORS, style


def test_settings_hold_inside_the_block_only():
    before = matplotlib.rcParams["font.size"]
    with style(font_size=17.0):
        assert matplotlib.rcParams["font.size"] == 17.0
        assert not matplotlib.rcParams["axes.spines.top"]
        assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"] == list(COLORS)
    assert matplotlib.rcParams["font.size"] == before


def test_unknown_setting_suggests_another():
    with (
        pytest.raises(UnknownKeywordError, match=r"takes no 'font_sise'\. Did you mean 'font_size'"),
        style(font_sise=3),
    ):
        pass


# Machado, Oliveira & Fernandes 2009, full deuteranopia and protanopia, on linear RGB
BLINDNESS = {
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_colors_differ_for_color_blind_readers(kind):
    import numpy as np

    seen = []
    for color in COLORS:
        srgb = np.array(to_rgb(color))
        linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
        mixed = np.clip(np.array(BLINDNESS[kind]) @ linear, 0.0, 1.0)
        seen.append(np.where(mixed <= 0.0031308, 12.92 * mixed, 1.055 * mixed ** (1.0 / 2.4) - 0.055))
    apart = [np.abs(a - b).max() for i, a in enumerate(seen) for b in seen[:i]]
    # of 0 to 1; a gray in place of Okabe and Ito's black would come as close to the pink as 0.05
    assert min(apart) > 0.1
