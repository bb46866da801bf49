"""The models in PyTorch, in single precision, as the other libraries have them.

python3 torch_models.py probe                                   whether there is a card, as JSON
python3 torch_models.py check|time MODEL FILE [graph] [cpu]     FILE: sizes, params, data and how to measure, as JSON

`graph` records a step once and repeats it as one CUDA graph. `cpu` is for trying the models out.
"""

import json
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F


def digits(s, p, d):
    hidden = F.relu(d["image"].view(s["B"], s["D"]) @ p["W1"] + p["b1"])
    return F.cross_entropy(hidden @ p["W2"] + p["b2"], d["label"])


def mlp(s, p, d):
    first = F.relu(d["x"].view(s["B"], s["D"]) @ p["W1"] + p["b1"])
    second = F.relu(first @ p["W2"] + p["b2"])
    return F.cross_entropy(second @ p["W3"] + p["b3"], d["label"])


def convnet(s, p, d):
    x = d["x"].view(s["B"], 3, 32, 32)
    first = F.max_pool2d(F.relu(F.conv2d(x, p["K1"], p["c1"], padding=1)), 2)
    second = F.max_pool2d(F.relu(F.conv2d(first, p["K2"], p["c2"])), 2)
    hidden = F.relu(second.flatten(1) @ p["W1"] + p["b1"])
    return F.cross_entropy(hidden @ p["W2"] + p["b2"], d["y"])


def transformer(s, p, d):
    T, C, heads, D = s["T"], s["C"], s["heads"], s["D"]
    x = d["x"].view(T, C)
    normal = F.layer_norm(x, (C,), p["g1"], p["o1"], 1e-5)
    q, k, v = (normal @ p["Wqkv"]).view(T, 3, heads, D).permute(1, 2, 0, 3)
    head = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]
    attended = x + head.permute(1, 0, 2).reshape(T, C) @ p["Wo"]
    again = F.layer_norm(attended, (C,), p["g2"], p["o2"], 1e-5)
    z = attended + F.gelu(again @ p["W1"]) @ p["W2"]
    return F.mse_loss(z, d["y"].view(T, C))


def lstm(s, p, d):
    text, inputs = d["text"], p["E"][d["text"][:-1]] + p["b"]
    h = c = torch.zeros(s["H"], device=text.device)
    states = []
    for t in range(s["T"] - 1):
        i, f, g, o = (inputs[t] + p["Wh"] @ h).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    scores = torch.stack(states) @ p["Wy"].T + p["by"]
    return F.cross_entropy(scores, text[1:], reduction="sum")


def embedding(s, p, d):
    score = F.embedding(d["token"], p["E"]) @ p["w"] + F.embedding(d["token"], p["bias"][:, None])[:, 0]
    return F.mse_loss(score, d["y"])


def logistic(s, p, d):
    score = d["X"].view(s["N"], s["D"]) @ p["w"] + p["bias"]
    return 0.5 * d["lambda"] * (p["w"] ** 2).sum() - F.logsigmoid(d["y"] * score).mean()


def gmm(s, p, d):
    N, D, K = s["N"], s["D"], s["K"]
    gamma, m = d["wishart_gamma"], d["wishart_m"]
    alphas, means, icf = p["alphas"], p["means"], p["icf"]
    clusters = torch.arange(K, device=icf.device)[:, None]
    Q = torch.diag_embed(torch.exp(icf[:, :D])).index_put((clusters, d["rows"], d["columns"]), icf[:, D:])
    centered = d["x"].view(N, 1, D) - means
    squares = torch.einsum("kij,nkj->nki", Q, centered).square().sum(2)
    log_det = icf[:, :D].sum(1)
    score = alphas + log_det - 0.5 * squares
    likelihood = torch.logsumexp(score, 1).sum() - N * (torch.logsumexp(alphas, 0) + 0.5 * D * math.log(2 * math.pi))
    freedom = D + 1 + m
    log_gamma = 0.25 * D * (D - 1) * math.log(math.pi) + sum(math.lgamma(0.5 * freedom - 0.5 * j) for j in range(D))
    constant = freedom * D * (math.log(gamma) - 0.5 * math.log(2)) - log_gamma
    return likelihood + 0.5 * (gamma * Q).square().sum() - m * log_det.sum() - K * constant


def shapes(s):
    """Of the params that are no vectors, by model."""
    C = s.get("C", 0)
    return {
        "digits": lambda: {"W1": (s["D"], s["H"]), "W2": (s["H"], s["K"])},
        "mlp": lambda: {"W1": (s["D"], s["H"]), "W2": (s["H"], s["M"]), "W3": (s["M"], s["K"])},
        "convnet": lambda: {"K1": (16, 3, 3, 3), "K2": (32, 16, 3, 3), "W1": (1568, 64), "W2": (64, 10)},
        "transformer": lambda: {"Wqkv": (C, 3 * C), "Wo": (C, C), "W1": (C, 4 * C), "W2": (4 * C, C)},
        "lstm": lambda: {"E": (s["V"], 4 * s["H"]), "Wh": (4 * s["H"], s["H"]), "Wy": (s["V"], s["H"])},
        "embedding": lambda: {"E": (s["V"], s["D"])},
        "logistic": lambda: {"bias": ()},
        "gmm": lambda: {"means": (s["K"], s["D"]), "icf": (s["K"], s["D"] * (s["D"] + 1) // 2)},
    }


class Model:
    def __init__(self, name, given, device):
        self.loss_of = globals()[name]
        self.sizes, self.rate = given["sizes"], given["rate"]
        own = shapes(self.sizes)[name]()
        real = lambda values, shape=(-1,): torch.tensor(values, dtype=torch.float32, device=device).reshape(shape)
        params = {key: real(values, own.get(key, (-1,))) for key, values in given["params"].items()}
        self.params = {key: value.requires_grad_() for key, value in params.items()}
        # Numbers stay numbers.
        self.data = {key: real(values) if isinstance(values, list) else values for key, values in given["data"].items()}
        ints = dict(given["ints"])
        if name == "gmm":
            places = [(i, j) for j in range(self.sizes["D"]) for i in range(j + 1, self.sizes["D"])]
            ints["rows"], ints["columns"] = zip(*places)
        self.data |= {key: torch.tensor(values, device=device) for key, values in ints.items()}

    def gradient(self):
        for param in self.params.values():
            param.grad = None
        self.loss = self.loss_of(self.sizes, self.params, self.data)
        self.loss.backward()

    def descend(self):
        with torch.no_grad():
            for param in self.params.values():
                param -= self.rate * param.grad

    def step(self):
        self.gradient()
        self.descend()

    def read(self):
        self.gradient()
        return self.found()

    def found(self):
        return self.loss.item(), {key: param.grad.cpu() for key, param in self.params.items()}


class Graph(Model):
    """A step as one CUDA graph, which is recorded once."""

    def __init__(self, *given):
        super().__init__(*given)
        start = {key: param.detach().clone() for key, param in self.params.items()}
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                super().step()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            super().step()
        with torch.no_grad():
            for key, param in self.params.items():
                param.copy_(start[key])

    def step(self):
        self.graph.replay()

    def read(self):
        self.graph.replay()
        return self.found()


def timed(model, seconds, finish):
    """Milliseconds of a step and of loss and gradient, as timing.mjs measures them."""

    def elapsed(call, count):
        start = time.perf_counter()
        for _ in range(count):
            call()
        finish()
        return (time.perf_counter() - start) * 1e3

    def each(call, count=1):
        """For so long, and at least once."""
        times, until = [], time.perf_counter() + seconds
        while not times or time.perf_counter() < until:
            times.append(elapsed(call, count) / count)
        return times

    each(model.step)
    count = 1
    while elapsed(model.step, count) < 1e3 * seconds / 3 and count < 4096:
        count *= 2
    return {"step": statistics.median(each(model.step, count)), "latency": statistics.median(each(model.read))}


def main():
    if sys.argv[1] == "probe":
        card = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
        return {"version": torch.__version__, "card": card}
    what, name, file, *flags = sys.argv[1:]
    device = "cpu" if "cpu" in flags else "cuda"
    # As the kernels compute.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    with open(file) as text:
        given = json.load(text)
    model = (Graph if "graph" in flags else Model)(name, given, device)
    if what == "check":
        loss, gradient = model.read()
        return {"loss": loss, "gradient": {key: value.flatten().tolist() for key, value in gradient.items()}}
    return timed(model, given["seconds"], torch.cuda.synchronize if device == "cuda" else lambda: None)


print(json.dumps(main()))
