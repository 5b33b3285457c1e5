"""The workloads of workloads.ts in PyTorch on the CPU: prints what it measured as a line of JSON.
Usage: python3 torch_bench.py <workload> <batch> <steps> <threads>"""

import json
import math
import os
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

with open(os.environ.get("BENCH_SIZES", os.path.join(os.path.dirname(__file__), "quick.json"))) as file:
    QUICK = json.load(file)
SIZE, ATTRIBUTES = QUICK["image"], 2


class ResBlock(nn.Module):
    def __init__(self, inputs, outputs, embedding, groups):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.film = nn.Linear(embedding, 2 * outputs)
        self.norm2, self.conv2 = nn.GroupNorm(groups, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, e):
        scale, shift = self.film(F.silu(e))[:, :, None, None].chunk(2, 1)
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        return h + self.skip(x)


class SelfAttention(nn.Module):
    def __init__(self, channels, heads, groups):
        super().__init__()
        self.heads, self.norm = heads, nn.GroupNorm(groups, channels)
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, 3, self.heads, -1, h * w).unbind(1)
        weights = torch.softmax(q.transpose(-1, -2) @ k / math.sqrt(c // self.heads), -1)
        return x + self.out((v @ weights.transpose(-1, -2)).reshape(b, c, h, w))


class Block(nn.Module):
    def __init__(self, inputs, outputs, embedding, groups, heads):
        super().__init__()
        self.resnet = ResBlock(inputs, outputs, embedding, groups)
        self.attention = SelfAttention(outputs, heads, groups) if heads else nn.Identity()

    def forward(self, x, e):
        return self.attention(self.resnet(x, e))


class UNet(nn.Module):
    def __init__(self, sizes, conditions):
        super().__init__()
        base, groups, patch = sizes["baseChannels"], sizes["groups"], sizes["patchSize"]
        multipliers, blocks = sizes["channelMultipliers"], sizes["blocksPerLevel"]
        embedding, last = 4 * base, len(multipliers) - 1
        heads = lambda level: sizes["attentionHeads"] if level in sizes["attentionLevels"] else 0
        self.base = base
        self.time = nn.Sequential(nn.Linear(base, embedding), nn.SiLU(), nn.Linear(embedding, embedding))
        widths = [conditions, *sizes["conditionSizes"]]
        layers = [layer for a, b in zip(widths, widths[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
        self.condition = nn.Sequential(*layers, nn.Linear(widths[-1], embedding))
        self.input = nn.Conv2d(3, base, patch, stride=patch)
        skips, channels = [base], base
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        for level, multiplier in enumerate(multipliers):
            row = nn.ModuleList()
            for _ in range(blocks):
                row.append(Block(channels, base * multiplier, embedding, groups, heads(level)))
                channels = base * multiplier
                skips.append(channels)
            self.down.append(row)
            if level < last:
                self.shrink.append(nn.Conv2d(channels, channels, 3, stride=2, padding=1))
                skips.append(channels)
        self.middle = nn.ModuleList(
            [Block(channels, channels, embedding, groups, sizes["attentionHeads"]), Block(channels, channels, embedding, groups, 0)]
        )
        self.up, self.grow = nn.ModuleList(), nn.ModuleList()
        for level in reversed(range(last + 1)):
            row = nn.ModuleList()
            for _ in range(blocks + 1):
                row.append(Block(channels + skips.pop(), base * multipliers[level], embedding, groups, heads(level)))
                channels = base * multipliers[level]
            self.up.append(row)
            if level > 0:
                self.grow.append(nn.Conv2d(channels, channels, 3, padding=1))
        self.norm = nn.GroupNorm(groups, channels)
        self.output = nn.ConvTranspose2d(channels, 3, patch, stride=patch, bias=False)

    def forward(self, x, t, condition):
        half = self.base // 2
        phase = t[:, None] * torch.exp(-math.log(10_000) * torch.arange(half) / half)
        e = self.time(torch.cat([phase.cos(), phase.sin()], 1)) + self.condition(condition)
        h = self.input(x)
        skips = [h]
        for level, row in enumerate(self.down):
            for block in row:
                h = block(h, e)
                skips.append(h)
            if level < len(self.shrink):
                h = self.shrink[level](h)
                skips.append(h)
        for block in self.middle:
            h = block(h, e)
        for level, row in enumerate(self.up):
            for block in row:
                h = block(torch.cat([h, skips.pop()], 1), e)
            if level < len(self.grow):
                h = self.grow[level](F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.output(F.silu(self.norm(h)))


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        same = stride == 1 and inputs == outputs
        project = [nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)]
        self.skip = nn.Identity() if same else nn.Sequential(*project)

    def forward(self, x):
        return self.body(x) + self.skip(x)


def iresnet(sizes):
    widths = sizes["widths"]
    layers = [nn.Conv2d(3, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.PReLU(widths[0])]
    channels = widths[0]
    for width, units in zip(widths, sizes["blocks"]):
        for i in range(units):
            layers.append(Unit(channels, width, 2 if i == 0 else 1))
            channels = width
    side = SIZE // 2 ** len(widths)
    d = sizes["embeddingSize"]
    layers += [nn.BatchNorm2d(channels), nn.Flatten(), nn.Linear(side * side * channels, d), nn.BatchNorm1d(d)]
    return nn.Sequential(*layers)


def unit_rows(x):
    return x * (x.square().sum(1, keepdim=True) + 1e-10).rsqrt()


def frozen_recogniser():
    f = iresnet(QUICK["f"]).eval().requires_grad_(False)
    return lambda x: unit_rows(f(x))


def times(batch, step):
    return torch.tensor([1 + (37 * i + 101 * step) % 1000 for i in range(batch)], dtype=torch.float32)


def minimise(parameters, loss):
    parameters = list(parameters)
    optimiser = torch.optim.AdamW(parameters, 1e-3, weight_decay=0)

    def step(i):
        optimiser.zero_grad(set_to_none=True)
        value = loss(i)
        value.backward()
        nn.utils.clip_grad_norm_(parameters, 1)
        optimiser.step()
        return value.item()

    return step


def diffusion(batch):
    network, f = UNet(QUICK["unet"], QUICK["f"]["embeddingSize"] + ATTRIBUTES), frozen_recogniser()
    images, attributes = torch.randn(4, batch, 3, SIZE, SIZE), torch.randn(4, batch, ATTRIBUTES)

    def loss(step):
        noise, x0 = images[2 * step % 4], images[(2 * step + 1) % 4]
        y = f(x0)
        xt = x0 + noise
        predicted = network(xt, times(batch, step), torch.cat([y, attributes[step % 4]], 1))
        return F.mse_loss(predicted, noise) - (f(xt - predicted) * y).sum(1).mean()

    return minimise(network.parameters(), loss)


def sampling(batch):
    d = QUICK["f"]["embeddingSize"]
    network, f = UNet(QUICK["unet"], d + ATTRIBUTES).requires_grad_(False), frozen_recogniser()
    anchors, attributes = torch.randn(4, batch, d), torch.randn(4, batch, ATTRIBUTES)
    state = {"x": torch.randn(batch, 3, SIZE, SIZE)}

    def step(i):
        y = unit_rows(anchors[i % 4])
        a, b = math.cos(i), math.sin(i)
        x = state["x"].requires_grad_(True)
        epsilon = network(x, times(batch, i), torch.cat([y, attributes[i % 4]], 1))
        (score,) = torch.autograd.grad((f(x - epsilon * b) * y).sum(), x)
        with torch.no_grad():
            state["x"] = (x * a + (epsilon - score * a) * b).clamp(-1, 1)
        return state["x"].sum().item()

    return step


def recogniser(batch):
    d, people = QUICK["recogniser"]["embeddingSize"], QUICK["people"]
    f = iresnet(QUICK["recogniser"])
    centres = nn.Parameter(torch.randn(people, d) * 0.1)
    images = torch.randn(4, batch, 3, SIZE, SIZE)

    def loss(step):
        labels = torch.tensor([(i * 37 + step * 11) % people for i in range(batch)])
        return F.cross_entropy(unit_rows(f(images[step % 4])) @ unit_rows(centres).T * 16, labels)

    return minimise([*f.parameters(), centres], loss)


if __name__ == "__main__":
    workload, (batch, steps, threads) = sys.argv[1], map(int, sys.argv[2:5])
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    if os.environ.get("TORCH_DEVICE"):
        torch.set_default_device(os.environ["TORCH_DEVICE"])  # PyTorch 2
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = os.environ.get("TORCH_TF32") == "1"
    step = {"diffusion": diffusion, "sampling": sampling, "recogniser": recogniser}[workload](batch)
    warm_up, timings = 3, []
    for i in range(1, steps + warm_up + 1):
        begun, cpu = time.perf_counter(), time.process_time()
        step(i)
        timings.append((time.perf_counter() - begun, time.process_time() - cpu))
    middle = lambda k: 1000 * sorted(t[k] for t in timings[warm_up:])[steps // 2]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": middle(0), "cpuMs": middle(1), "peakMb": peak}))
