// Reads an SPZ file with two readers that are not ours and prints what they see as JSON.
//   reference: the format's own C++ library (WebAssembly build), asked for right-down-forward axes as in PLY files
//   three:     three.js' loader, which hands over what stands in the file: right-up-back axes
// usage: node read_spz.mjs scene.spz
import { readFileSync } from 'node:fs';
import createSpzModule from '@adobe/spz';
import { SPZLoader } from 'three/addons/loaders/SPZLoader.js';

const bytes = readFileSync(process.argv[2]);

const spz = await createSpzModule();
const cloud = spz.loadSpzFromBuffer(new Uint8Array(bytes), { to: spz.CoordinateSystem.RDF });
const reference = { numPoints: cloud.numPoints, shDegree: cloud.shDegree };
for (const name of ['positions', 'scales', 'rotations', 'alphas', 'colors', 'sh']) {
  reference[name] = Array.from(cloud[name]);
}

const geometry = new SPZLoader().parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const three = {};
for (const [name, attribute] of Object.entries(geometry.attributes)) {
  three[name] = { itemSize: attribute.itemSize, array: Array.from(attribute.array) };
}

console.log(JSON.stringify({ reference, three }));
