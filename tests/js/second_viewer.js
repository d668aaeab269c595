// A viewer that owes nothing to ours: three's own splat objects and readers. The address says what to show:
// ?file=/files/scene.ply&position=x,y,z&lookAt=x,y,z&fov=degrees
import { GaussianSplat } from "three/addons/objects/GaussianSplat.js";
import { GaussianSplatPLYLoader } from "three/addons/loaders/GaussianSplatPLYLoader.js";
import { SPZLoader } from "three/addons/loaders/SPZLoader.js";
import {
  LinearSRGBColorSpace,
  PerspectiveCamera,
  Scene,
  WebGPURenderer,
} from "three/webgpu";

const wishes = new URLSearchParams(location.search);
const vector = (name) => wishes.get(name).split(",").map(Number);

async function show(file) {
  const loader = file.endsWith(".spz")
    ? new SPZLoader()
    : new GaussianSplatPLYLoader();
  const splats = new GaussianSplat(await loader.loadAsync(file));
  if (file.endsWith(".ply")) splats.rotation.x = Math.PI; // COLMAP's axes, which such PLY files have by custom
  const scene = new Scene();
  scene.add(splats);

  const camera = new PerspectiveCamera(
    Number(wishes.get("fov")),
    innerWidth / innerHeight,
    0.01,
    100,
  );
  camera.position.set(...vector("position"));
  camera.lookAt(...vector("lookAt"));

  const renderer = new WebGPURenderer({ forceWebGL: true });
  renderer.outputColorSpace = LinearSRGBColorSpace; // trained colours stand as they are
  renderer.setClearColor(0x000000, 1);
  renderer.setSize(innerWidth, innerHeight);
  document.body.append(renderer.domElement);
  await renderer.init();
  for (let frame = 0; frame < 3; frame += 1) {
    renderer.render(scene, camera);
    await new Promise(requestAnimationFrame);
  }
}

try {
  await show(wishes.get("file"));
  document.body.className = "drawn";
} catch (error) {
  document.body.className = "failed";
  document.body.title = String(error);
}
