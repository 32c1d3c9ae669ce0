// SPDX-License-Identifier: GPL-3.0-or-later
// What TensorFlow.js says of models of Keras: reads tests/reference/tfjs.json, a model on a line, and writes into each line
// the mean squared error and the sum of calculateLosses(), which are the penalties. Weights, inputs and targets follow from
// names and places alone, so tests/scripts/tfjs.py makes the same.
//
//     npm install @tensorflow/tfjs@4.22.0; node make_tfjs.js tfjs.json
//
// Left out are models where TensorFlow.js does not do what Keras documents: ReLU's negative_slope, ELU's alpha, causal
// convolutions, and negative axes of Concatenate other than -1.
const fs = require('fs');
const tf = require('@tensorflow/tfjs');

const SAMPLES = 6;
const NAMES = { recurrent_kernel: 'recurrent', embeddings: 'kernel' };
const count = shape => shape.reduce((a, b) => a * b, 1);
const numbers = (shape, of) => tf.tensor(Float32Array.from({ length: count(shape) }, (_, i) => of(i)), shape);

function nameWeights(layer, path, to) {
  if (layer.layers)
    layer.layers.forEach(l => nameWeights(l, `${path}${layer.name}.`, to));
  else if (layer.forwardLayer)
    for (const half of ['forward', 'backward'])
      layer[`${half}Layer`].weights.forEach(w => to.set(w, `${path}${layer.name}.${half}.`));
  else
    (layer.layer || layer).weights.forEach(w => to.set(w, `${path}${layer.name}.`));
}

function weightNumbers(name, shape) {
  let start = 0;
  for (const c of name) start = (start + c.charCodeAt(0)) % 97;
  return numbers(shape, i => {
    const x = 0.9 * Math.sin(0.7 * i + start);
    return name.endsWith('moving_variance') ? Math.abs(x) + 0.2 : x;
  });
}

async function run(line) {
  const model = await tf.models.modelFromJSON(line.model);
  const names = new Map();
  model.layers.forEach(l => nameWeights(l, '', names));
  model.setWeights(model.weights.map(w => {
    const leaf = w.originalName.split('/').pop();
    return weightNumbers(names.get(w) + (NAMES[leaf] || leaf), w.shape);
  }));
  const shape = [SAMPLES, ...model.inputs[0].shape.slice(1)];
  const steps = count(shape.slice(2));
  const x = numbers(shape, i => {
    if (line.inputs === 'numbers') return (5 * i) % 7;
    const sample = Math.floor(i / count(shape.slice(1))), step = Math.floor(i / steps) % shape[1];
    return line.inputs === 'masked' && step > sample ? 0 : 1.2 * Math.sin(1.3 * i + 0.5);
  });
  const out = model.predict(x);
  const y = numbers(out.shape, i => Math.cos(0.9 * i));
  line.outputs = out.shape.slice(1);
  line.data = tf.losses.meanSquaredError(y, out).dataSync()[0];
  line.penalty = model.calculateLosses().reduce((sum, l) => sum + l.dataSync()[0], 0);
  model.dispose();
}

(async () => {
  await tf.setBackend('cpu');
  const file = process.argv[2];
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n').map(l => JSON.parse(l));
  const source = { source: `TensorFlow.js layers ${tf.version['tfjs-layers']}` };
  const cases = lines.filter(l => l.model);
  for (const line of cases) await run(line);
  fs.writeFileSync(file, [source, ...cases].map(l => JSON.stringify(l)).join('\n') + '\n');
})();
