"""Backgrounds: named colours, and procedural ones that look like photographs out of focus, textures and noise."""
import colorsys
import math

import numpy as np

COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black", "grey"]
# Hue in degrees, saturation and value of what anybody calls by that name; the gaps between them are left out.
RANGES = {
    "red": ((-8, 8), (0.75, 1), (0.65, 0.95)), "orange": ((24, 36), (0.8, 1), (0.9, 1)),
    "yellow": ((50, 60), (0.65, 1), (0.9, 1)), "green": ((95, 150), (0.45, 1), (0.4, 0.85)),
    "blue": ((205, 240), (0.55, 1), (0.55, 1)), "purple": ((268, 288), (0.5, 0.9), (0.4, 0.75)),
    "pink": ((322, 345), (0.25, 0.5), (0.95, 1)), "brown": ((18, 30), (0.55, 0.85), (0.3, 0.5)),
    "white": ((0, 360), (0, 0.03), (0.96, 1)), "black": ((0, 360), (0, 0.2), (0, 0.1)),
    "grey": ((0, 360), (0, 0.05), (0.4, 0.7)),
}


def named_colour(rng, number):
    """A random shade of a named colour, as RGB in 0..1."""
    h, s, v = (rng.uniform(*r) for r in RANGES[COLOURS[number]])
    return colorsys.hsv_to_rgb(h % 360 / 360, s, v)


def smooth_noise(rng, side, slope):
    """A field in 0..1 whose spectrum falls with the frequency to the power of the slope."""
    fy, fx = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    size = np.maximum(np.hypot(fy, fx), 1 / side)
    spectrum = (rng.normal(size=size.shape) + 1j * rng.normal(size=size.shape)) * size ** -slope
    field = np.fft.irfft2(spectrum, (side, side))
    low, high = np.quantile(field, [0.02, 0.98])
    return np.clip((field - low) / (high - low), 0, 1)


def ramp(rng, field, stops):
    """Maps a field through a row of random colours."""
    base, spread = rng.random(3), rng.uniform(0.15, 0.9)
    colours = np.clip(base + (rng.random((stops, 3)) - 0.5) * 2 * spread, 0, 1)
    at = np.linspace(0, 1, stops)
    return np.stack([np.interp(field, at, colours[:, c]) for c in range(3)], -1)


def axes(side):
    axis = (np.arange(side) + 0.5) / side * 2 - 1
    return np.meshgrid(axis, axis)


def gradient(rng, side):
    x, y = axes(side)
    turn = rng.uniform(0, 2 * math.pi)
    return ramp(rng, (x * math.cos(turn) + y * math.sin(turn)) / 2.83 + 0.5, 2)


def clouds(rng, side):
    return ramp(rng, smooth_noise(rng, side, rng.uniform(1.2, 2.4)), rng.integers(2, 6))


def landscape(rng, side):
    """Sky over ground with an uneven horizon."""
    _, y = axes(side)
    horizon = rng.uniform(-0.5, 0.5) + (smooth_noise(rng, side, 1.8)[:1] - 0.5) * rng.uniform(0, 0.6)
    sky = ramp(rng, y * 0.5 + 0.5, 2) + (smooth_noise(rng, side, 2)[..., None] - 0.5) * rng.uniform(0, 0.3)
    ground = ramp(rng, smooth_noise(rng, side, rng.uniform(0.8, 1.8)), 4)
    return np.where((y < horizon)[..., None], sky, ground)


def bokeh(rng, side):
    """Soft discs of light."""
    x, y = axes(side)
    picture = ramp(rng, smooth_noise(rng, side, 2.2), 3)
    for _ in range(rng.integers(6, 22)):
        cx, cy, r = rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(0.05, 0.3)
        disc = np.clip((r - np.hypot(x - cx, y - cy)) * rng.uniform(8, 40), 0, 1)[..., None] * rng.uniform(0.15, 0.6)
        picture = picture * (1 - disc) + disc * rng.random(3)
    return picture


def stripes(rng, side):
    """Stripes or checks."""
    x, y = axes(side)
    turn, waves = rng.uniform(0, 2 * math.pi), rng.uniform(2, 16) * math.pi
    along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    field = np.sin(along * waves)
    if rng.random() < 0.5:
        field = field * np.sin(across * waves)
    return ramp(rng, np.clip(field * 5, -1, 1) / 2 + 0.5, 2)


def cells(rng, side):
    """Patches of colour with straight borders, or blocks."""
    x, y = axes(side)
    n = rng.integers(4, 30)
    centres = rng.uniform(-1, 1, (n, 2))
    distance = np.abs(x[..., None] - centres[:, 0]) ** 2 + np.abs(y[..., None] - centres[:, 1]) ** 2
    return ramp(rng, rng.random(n)[distance.argmin(-1)], 4)


def grain(rng, side):
    """Coarse or fine noise."""
    n = int(rng.integers(8, side + 1))
    small = rng.random((n, n, 3)) ** rng.uniform(0.5, 2)
    index = np.arange(side) * n // side
    base = rng.random(3)
    return base + (small[index][:, index] - base) * rng.uniform(0.2, 1)


KINDS = [gradient, gradient, clouds, clouds, landscape, landscape, bokeh, stripes, cells, grain]


def textured(rng, side):
    """A random background of no one colour, [side, side, 3] bytes."""
    picture = KINDS[rng.integers(len(KINDS))](rng, side)
    if rng.random() < 0.3:
        picture = picture + rng.normal(0, rng.uniform(0.01, 0.08), picture.shape)
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)
