// Judges documents with Ajv (JSON Schema 2020-12) after reading them with the npm package yaml (YAML 1.2 core; JSON is a part of that).
// stdin: [{"schema": "path", "text": "document"}]; stdout: [{"value": ..., "valid": true, "errors": "..."}], in the same order.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const compiled = new Map();
const schemaAt = path => {
  if (!compiled.has(path)) compiled.set(path, ajv.compile(JSON.parse(readFileSync(path, 'utf8'))));
  return compiled.get(path);
};

const verdicts = JSON.parse(readFileSync(0, 'utf8')).map(({ schema, text }) => {
  const validate = schemaAt(schema);
  const value = parse(text);
  const valid = validate(value);
  return { value, valid, errors: ajv.errorsText(validate.errors) };
});
process.stdout.write(JSON.stringify(verdicts));
