import "./style.css";
import { App } from "./app";
import { readConfig } from "./config";
import { Shell } from "./shell";

const host = document.getElementById("viewer");
if (host) start(host);

function start(host: HTMLElement): void {
  const config = readConfig();
  const app = new App(config);
  const shell = new Shell(host, config, (command) => app.run(command));
  if (hasWebGL2()) void app.start(shell);
  else
    shell.fail(
      "This browser cannot show 3D scenes.",
      "It lacks WebGL 2, or graphics are switched off. Another browser will do.",
    );
}

function hasWebGL2(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}
