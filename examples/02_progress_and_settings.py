"""Other settings, and progress as it comes.    python examples/02_progress_and_settings.py video.mp4 scene/"""

import sys

import reelscape


def show(event: reelscape.Event) -> None:
    if isinstance(event, reelscape.Progress):
        print(f"\r{event.overall:4.0%} {event.stage}: {event.message:60}", end="", flush=True)


config = reelscape.PRESETS["draft"].with_settings({"train.num_steps": 500, "train.holdout_every": 8})
summary = reelscape.run(sys.argv[1], sys.argv[2], config, sink=show)
print(f"\n{summary['train']['psnr_db']:.2f} dB on {summary['train']['num_eval_images']} held-out views")
