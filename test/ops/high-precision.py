"""Makes high-precision.json: for each sample of each op its value, partials and second partials to 40 digits; and
extremes.json: the same to 8 digits at the ends of the range of doubles, as text.

Run `python3 test/ops/high-precision.py` in the root of the repository after a change of samples (needs mpmath).
The functions are written here once more, as naively as possible, in 4000-digit arithmetic; derivatives are central
differences of them. Nothing comes from the rules of the table or from the Math of a JavaScript engine.
"""

import json
import pathlib
import subprocess

from mpmath import mp, mpf

mp.dps = 4000
H = mpf(10) ** -900

# mpmath takes minutes for these at 4000 digits; no sample of theirs loses more than 40.
SLOW = {"lgamma", "digamma", "polygamma"}

DUMP = """
import { ops } from './src/ops/index.ts';
const rows = Object.entries(ops).map(([name, { args, result, samples }]) => [name, { args, result, samples }]);
console.log(JSON.stringify(Object.fromEntries(rows)));
"""


def select(condition, a, b):
    return a if condition else b


FUNCTIONS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": lambda x, y: x**y,
    "powi": lambda x, n: x**n,
    "sqrt": mp.sqrt,
    "rootOfSquares": mp.sqrt,
    "cbrt": lambda x: mp.sign(x) * abs(x) ** (mpf(1) / 3),
    "hypot": lambda x, y: mp.sqrt(x * x + y * y),
    "erf": mp.erf,
    "erfc": mp.erfc,
    "lgamma": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma": mp.digamma,
    "polygamma": mp.polygamma,
    "exp": mp.exp,
    "log": mp.log,
    "expm1": lambda x: mp.exp(x) - 1,
    "log1p": lambda x: mp.log(1 + x),
    "exp2": lambda x: mpf(2) ** x,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": mp.atan2,
    "sinh": lambda x: (mp.exp(x) - mp.exp(-x)) / 2,
    "cosh": lambda x: (mp.exp(x) + mp.exp(-x)) / 2,
    "tanh": lambda x: (mp.exp(2 * x) - 1) / (mp.exp(2 * x) + 1),
    "asinh": lambda x: mp.sign(x) * mp.log(abs(x) + mp.sqrt(x * x + 1)),
    "acosh": lambda x: mp.log(x + mp.sqrt(x * x - 1)),
    "atanh": lambda x: mp.log((1 + x) / (1 - x)) / 2,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "logSigmoid": lambda x: -mp.log(1 + mp.exp(-x)),
    "logAddExp": lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
    "softmaxWeight": lambda x, lse: mp.exp(x - lse),
    "abs": abs,
    "sign": mp.sign,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "trunc": lambda x: mp.sign(x) * mp.floor(abs(x)),
    "min": min,
    "max": max,
    "clamp": lambda x, low, high: min(max(x, low), high),
    "select": select,
    "chain": lambda g, p: g * p,
    "stop": lambda x: x,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "ieq": lambda x, y: x == y,
    "ine": lambda x, y: x != y,
    "ilt": lambda x, y: x < y,
    "ile": lambda x, y: x <= y,
    "igt": lambda x, y: x > y,
    "ige": lambda x, y: x >= y,
    "beq": lambda x, y: x == y,
    "bne": lambda x, y: x != y,
    "and": lambda x, y: x and y,
    "or": lambda x, y: x or y,
    "not": lambda x: not x,
    "bselect": select,
    "iadd": lambda x, y: x + y,
    "isub": lambda x, y: x - y,
    "imul": lambda x, y: x * y,
    "idiv": lambda x, y: x // y,
    "imod": lambda x, y: x % y,
    "idivChecked": lambda x, y: x // y,
    "imodChecked": lambda x, y: x % y,
    "ineg": lambda x: -x,
    "imin": min,
    "imax": max,
    "iabs": abs,
    "iselect": select,
    "toReal": mpf,
    "toInt": int,
    "toIntChecked": int,
}

# Their derivative is zero by decree, not by mathematics.
STOPPED = {"stop"}

CONVERT = {"real": mpf, "int": int, "bool": bool}


def moved(args, *shifts):
    args = list(args)
    for k, by in shifts:
        args[k] += by
    return args


def first(f, args, i):
    return (f(*moved(args, (i, H))) - f(*moved(args, (i, -H)))) / (2 * H)


def second(f, args, i, j):
    if i == j:
        return (f(*moved(args, (i, H))) - 2 * f(*args) + f(*moved(args, (i, -H)))) / (H * H)
    corners = [(s, t, f(*moved(args, (i, s * H), (j, t * H)))) for s in (1, -1) for t in (1, -1)]
    return sum(s * t * value for s, t, value in corners) / (4 * H * H)


def text(value):
    """40 digits; what is far below every double is the error of the differences, so zero."""
    return "0" if abs(value) < mpf(10) ** -900 else mp.nstr(value, 40)


def rows(name, record):
    global H
    with mp.workdps(400 if name in SLOW else mp.dps):
        H = mpf(10) ** (-90 if name in SLOW else -900)
        return [row(FUNCTIONS[name], record, sample) for sample in record["samples"]]


def row(f, record, sample):
    types = list(record["args"].values())
    args = [CONVERT[kind](value) for kind, value in zip(types, sample)]
    value = f(*args)
    if record["result"] != "real":
        return {"args": sample, "value": value, "partials": [], "seconds": []}
    active = [k for k, kind in enumerate(types) if kind == "real"]
    if name in STOPPED:
        f = lambda *_: value
    return {
        "args": sample,
        "value": text(value),
        "partials": [text(first(f, args, i)) for i in active],
        "seconds": [[text(second(f, args, i, j)) for j in active] for i in active],
    }


ENDS = [1e308, -1e308, 1e-308, -1e-308, 5e-324, -5e-324, 0.0, -0.0]
PAIRS = [1e308, -1e308, 1e-308, 5e-324, 0.0, 1.0]
# Values that are made of ints, bools or three reals, and what is not smooth anywhere.
NOT_AT_ENDS = {"powi", "select", "chain", "toReal", "clamp", "sign", "floor", "ceil", "round", "trunc"}


def representable(value):
    """8 digits of a real within the range of doubles, else None."""
    if isinstance(value, mp.mpc) or not mp.isfinite(value) or abs(value) > mpf(1.7e308):
        return None
    return 0 if abs(value) < mpf(5e-324) / 2 else mp.nstr(value, 8)


def is_smooth(f, args, i):
    left = (f(*args) - f(*moved(args, (i, -H)))) / H
    right = (f(*moved(args, (i, H))) - f(*args)) / H
    return abs(left - right) <= mpf(10) ** -6 * max(abs(left), abs(right), mpf(10) ** -400)


def end(name, sample):
    f = FUNCTIONS[name]
    args = [mpf(value) for value in sample]
    indices = range(len(args))
    try:
        value = representable(f(*args))
        if value is None or not all(is_smooth(f, args, i) for i in indices):
            return None
        partials = [representable(first(f, args, i)) for i in indices]
        if None in partials:
            return None
        seconds = [[representable(second(f, args, i, j)) for j in indices] for i in indices]
    except (ValueError, ZeroDivisionError, TypeError, OverflowError):
        return None
    groups = [sample, [value], partials, [each for row in seconds for each in row]]
    return " | ".join(" ".join("beyond" if each is None else str(each) for each in group) for group in groups)


def ends(name, record):
    samples = [[x] for x in ENDS] if len(record["args"]) == 1 else [[x, y] for x in PAIRS for y in PAIRS]
    return [row for row in (end(name, sample) for sample in samples) if row is not None]


def write(name, rows):
    target = pathlib.Path(__file__).with_name(name)
    target.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    subprocess.run(["npx", "prettier", "--write", "--log-level", "warn", str(target)], check=True)


def main():
    dumped = subprocess.run(
        ["npx", "tsx", "--input-type=module", "--eval", DUMP], capture_output=True, text=True, check=True
    )
    table = json.loads(dumped.stdout)
    lines = [
        f"  {json.dumps(name)}: [\n" + ",\n".join("    " + json.dumps(row) for row in rows(name, record)) + "\n  ]"
        for name, record in table.items()
    ]
    write("high-precision.json", lines)
    at_ends = [
        f"  {json.dumps(name)}: [\n" + ",\n".join("    " + json.dumps(each) for each in found) + "\n  ]"
        for name, record in table.items()
        if record["result"] == "real" and name not in NOT_AT_ENDS and (found := ends(name, record))
    ]
    write("extremes.json", at_ends)


main()
