"""Time to quality: trains the pictures of finished runs with held-out views, and prints dB against CPU seconds.

python bench/quality.py RUN_DIR... [--preset balanced] [--set num_steps=1000 --set full_size_share=0.1] [--json OUT]
RUN_DIR is a folder that `reelscape run` made; nothing in it is changed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from reelscape.config import PRESETS, TrainConfig
from reelscape.formats.colmap import read_scene
from reelscape.report import Report
from reelscape.resources import Meter, cpu_s
from reelscape.splat.evaluate import evaluate
from reelscape.splat.exposure import interpolated
from reelscape.splat.trainer import TrainingFiles, train
from reelscape.splat.views import split_holdout


def products(run_dir: Path) -> Path:
    """Where images/ and sparse/ are: published or still in the making."""
    return run_dir if (run_dir / "sparse").is_dir() else run_dir / "work" / "products"


def measure(run_dir: Path, config: TrainConfig) -> dict[str, Any]:
    """Train once; CPU seconds and running training-view PSNR at each snapshot, held-out scores at the end."""
    folder = products(run_dir)
    scene = read_scene(folder / "sparse", folder / "images")
    training, held_out = split_holdout(len(scene.cameras), 8)
    start, curve, meter = cpu_s(), [], Meter()
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary)
        files = TrainingFiles(
            path / "none.npz", "", lambda g, step, psnr: curve.append((step, round(cpu_s() - start, 1), round(psnr, 2)))
        )
        trained = train(scene.select(training), config, Report("train"), files)
        used = meter.read()
        unseen = scene.select(held_out)
        exposures = interpolated(trained.exposures, training, held_out)
        scores = evaluate(trained.gaussians, unseen, exposures, path / "eval", 0, Report("train"))
    return {
        "scene": run_dir.name,
        "psnr_db": round(scores.psnr_db, 2),
        "psnr_fitted_db": round(scores.psnr_fitted_db, 2),
        "ssim": round(scores.ssim, 4),
        "cpu_s": round(float(used["cpu_s"]), 1),
        "wall_s": round(float(used["wall_s"]), 1),
        "peak_rss_bytes": used["peak_rss_bytes"],
        "num_gaussians": len(trained.gaussians),
        "curve": curve,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run_dirs", nargs="+", type=Path)
    parser.add_argument("--preset", default="balanced", choices=list(PRESETS))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    given = {f"train.{name}": text for name, text in (assignment.split("=") for assignment in options.set)}
    config = PRESETS[options.preset].with_settings(given).train
    rows = []
    for run_dir in options.run_dirs:
        row = measure(run_dir, config)
        rows.append(row)
        print(
            f"{row['scene']:12} {row['psnr_db']:6.2f} dB (exposure fitted {row['psnr_fitted_db']:.2f})  "
            f"ssim {row['ssim']:.3f}  {row['cpu_s']:6.1f} CPU-s {row['num_gaussians']:7d} gaussians  "
            f"{' '.join(options.set)}",
            flush=True,
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
