"""Fits the polynomials of src/ops/shaders.ts: python3 test/ops/minimax.py (wants mpmath)."""

from mpmath import atan, cos, exp, log, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sin, sqrt

mp.dps = 50


def remez(f, weight, a, b, count):
    """The `count` coefficients, lowest first, of the p with the least greatest weight * |f - p| on a .. b, and that."""

    def chebyshev(n):
        return [(a + b) / 2 - (b - a) / 2 * cos(pi * (i + mpf(1) / 2) / n) for i in range(n)]

    points = [(x, f(x), weight(x)) for x in chebyshev(1500)]
    nodes = [(x, f(x), weight(x)) for x in chebyshev(count + 1)]
    while True:
        system = matrix([[x**j for j in range(count)] + [(-1) ** i / w] for i, (x, _, w) in enumerate(nodes)])
        *p, level = lu_solve(system, matrix([y for _, y, _ in nodes]))
        errors = [(w * (y - polyval(p[::-1], x)), (x, y, w)) for x, y, w in points]
        greatest = max(abs(error) for error, _ in errors)
        if greatest < 1.001 * abs(level):
            return p, greatest
        # The greatest error of each run of one sign takes the place of a node.
        extremes = []
        for one in errors:
            if not extremes or (one[0] > 0) != (extremes[-1][0] > 0):
                extremes.append(one)
            elif abs(one[0]) > abs(extremes[-1][0]):
                extremes[-1] = one
        while len(extremes) > count + 1:
            extremes.pop(0 if abs(extremes[0][0]) < abs(extremes[-1][0]) else -1)
        nodes = [node for _, node in extremes]


def fit(name, f, size, value, a, b, count):
    """f is multiplied by `size` in what is to be near `value`, relative to that."""
    p, error = remez(f, lambda x: size(x) / value(x), mpf(a), mpf(b), count)
    print(f"{name}, good to {nstr(error, 2)}: {', '.join(nstr(c, 11) for c in p)}")


half = sqrt(mpf(1) / 2)
fit("sine", lambda s: (sin(sqrt(s)) - sqrt(s)) / sqrt(s) ** 3, lambda s: sqrt(s) ** 3, lambda s: sin(sqrt(s)), 0, 0.64, 3)
fit("cosine", lambda s: (cos(sqrt(s)) - 1 + s / 2) / s**2, lambda s: s**2, lambda s: cos(sqrt(s)), 0, 0.64, 3)
fit("arctangent", lambda s: (atan(sqrt(s)) - sqrt(s)) / sqrt(s) ** 3, lambda s: sqrt(s) ** 3, lambda s: atan(sqrt(s)), 0, 1, 8)
fit("exponential", lambda r: (exp(r) - 1 - r) / r**2, lambda r: r**2, exp, -0.35, 0.694, 6)
fit("logarithm", lambda f: (log(1 + f) - f + f**2 / 2) / f**3, lambda f: f**3, lambda f: log(1 + f), half - 1, 2 * half - 1, 8)
