// Validates a GLB file with the Khronos validator, reads it with three.js' loader, and prints both findings as JSON.
// usage: node read_glb.mjs mesh.glb
import { readFileSync } from 'node:fs';
import validator from 'gltf-validator';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';

const bytes = readFileSync(process.argv[2]);
const { issues } = await validator.validateBytes(new Uint8Array(bytes));

globalThis.self ??= globalThis; // what the loader expects of a browser
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const gltf = await new GLTFLoader().parseAsync(buffer, '');
let mesh;
gltf.scene.traverse((object) => {
  if (object.isMesh) mesh = object;
});
console.log(
  JSON.stringify({
    issues,
    position: Array.from(mesh.geometry.attributes.position.array),
    index: Array.from(mesh.geometry.index.array),
    material: mesh.material.type,
    vertexColors: mesh.material.vertexColors,
  }),
);
