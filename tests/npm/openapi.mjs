// SPDX-License-Identifier: EUPL-1.2
// openapi.mjs lint | answers DIR: judges of gateway/api/openapi.json from outside.
//   lint     Spectral with spectral.yaml finds no error in it, and finds each damage that is made to a copy
//   answers  each answer that a test of the core left in DIR is one that the description allows (ajv)
// Speaks TAP.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const here = path.dirname(fileURLToPath(import.meta.url));
const file = path.join(here, '../../gateway/api/openapi.json');
const read = () => JSON.parse(fs.readFileSync(file, 'utf8'));
let n = 0;
function ok(good, name, why = '') {
  n++;
  console.log(`${good ? 'ok' : 'not ok'} ${n} - ${name}`);
  if (!good && why) console.log(why.split('\n').map(l => `# ${l}`).join('\n'));
}

// Run Spectral on some documents at once; the codes of errors for each.
function spectral(docs) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'spectral-'));
  try {
    const names = docs.map((d, i) => path.join(dir, `${String(i).padStart(3, '0')}.json`));
    docs.forEach((d, i) => fs.writeFileSync(names[i], JSON.stringify(d)));
    const r = spawnSync(path.join(here, 'node_modules/.bin/spectral'),
      ['lint', '-q', '-f', 'json', '-r', path.join(here, 'spectral.yaml'), ...names], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const found = JSON.parse(r.stdout.slice(r.stdout.indexOf('[')));
    return names.map(name => found.filter(f => path.basename(f.source ?? '') === path.basename(name))
      .map(f => ({ code: f.code, severity: f.severity, text: `${f.code}: ${f.message} at ${f.path.join('.')}` })));
  } finally { fs.rmSync(dir, { recursive: true }); }
}

// One damage for each rule: the rule, and what is done to the document.
const each = o => Object.values(o.paths);
const damages = {
  'unrecognized-format': o => { o.openapi = '2.0'; },
  'nlgov-contact': o => { delete o.info.contact.email; },
  'nlgov-semantic-version': o => { o.info.version = '1'; },
  'nlgov-servers': o => { o.servers = []; },
  'nlgov-major-version-in-address': o => { o.servers[0].url = 'https://gateway.example/'; },
  'nlgov-https': o => { o.servers[0].url = 'http://gateway.example/v1'; },
  'nlgov-no-trailing-slash': o => { o.paths['/things/'] = o.paths['/contracts']; },
  'nlgov-kebab-case-segments': o => { o.paths['/someThings'] = o.paths['/contracts']; },
  'nlgov-camel-case-query': o => { o.paths['/cases'].get.parameters[0].name = 'the_role'; },
  'nlgov-standard-methods': o => { o.paths['/cases'].fetch = o.paths['/cases'].get; },
  'nlgov-api-version-header': o => { delete o.paths['/cases'].get.responses['200'].headers; },
  'nlgov-problem-media-type': o => { o.components.responses.Problem403.content = { 'application/json': {} }; },
  'nlgov-problem-members': o => { delete o.components.schemas.Problem.properties.title; },
  'nlgov-400-with-a-body': o => { delete o.paths['/packages'].post.responses['400']; },
  'nlgov-400-with-parameters': o => { delete o.paths['/cases'].get.responses['400']; },
  'nlgov-days-are-dates': o => { o.components.schemas.Round.properties.delete_by_day = { type: 'string', format: 'date-time' }; },
  'nlgov-no-local-times': o => { o.components.schemas.Moment.format = 'date-time-local'; },
  'nlgov-pascal-case-schemas': o => { o.components.schemas.a_thing = { type: 'object' }; },
  'nlgov-camel-case-links': o => { o.components.schemas.Case.properties._links = { type: 'object', properties: { next_one: { type: 'string' } } }; },
  'operation-operationId-unique': o => { each(o).forEach(p => Object.values(p).forEach(op => { op.operationId = 'same'; })); },
  'oas3-valid-schema-example': o => { o.components.schemas.Oin.example = '12'; },
  'oas3-valid-media-example': o => { o.paths['/cases'].get.responses['200'].content['application/json'].example = { items: 3 }; },
  'oas3-schema': o => { delete o.info.title; },
};

// What is wrong with the examples of the schemas (Spectral looks at `example` alone).
function examples(doc) {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  ajv.addSchema(doc, 'openapi');
  return Object.entries(doc.components.schemas).flatMap(([name, s]) => (s.examples ?? []).map(e => {
    const check = ajv.getSchema(`openapi#/components/schemas/${name}`);
    return check(e) ? '' : `${name}: ${ajv.errorsText(check.errors)}`;
  })).filter(Boolean).join('\n');
}

function lint() {
  const rules = fs.readFileSync(path.join(here, 'spectral.yaml'), 'utf8').match(/^ {2}[a-z][A-Za-z0-9-]+(?=:)/gm).map(s => s.trim());
  console.log(`1..${Object.keys(damages).length + 3}`);
  const docs = [read(), ...Object.values(damages).map(f => { const o = read(); f(o); return o; })];
  const [clean, ...bad] = spectral(docs);
  ok(clean.length === 0, 'Spectral finds nothing in openapi.json', clean.map(f => f.text).join('\n'));
  ok(examples(read()) === '' && examples((o => { o.components.schemas.Oin.examples = ['12']; return o; })(read())) !== '',
    'each example of a schema is one', examples(read()));
  const untried = rules.filter(r => !(r in damages));
  ok(untried.length === 0, 'each rule has a damage of its own', untried.join(' '));
  Object.keys(damages).forEach((code, i) => ok(bad[i].some(f => f.code === code), `${code} is noticed`, bad[i].map(f => f.text).join('\n')));
}

// What is described as an object with these members has no others: else a member that nobody
// described would pass. Done to the copy only, for clients must pass over what they do not know.
function close(schema) {
  if (Array.isArray(schema)) return schema.forEach(close);
  if (!schema || typeof schema !== 'object') return;
  if (schema.type === 'object' && Object.keys(schema.properties ?? {}).length) schema.additionalProperties = false;
  Object.values(schema).forEach(close);
}

function answers(dir) {
  const doc = read();
  close(doc.components.schemas);
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(doc, 'openapi');
  const at = (...parts) => ajv.getSchema(`openapi#/${parts.map(p => p.replace(/~/g, '~0').replace(/\//g, '~1').replace(/[{}]/g, encodeURIComponent)).join('/')}`);
  const files = fs.readdirSync(dir).filter(f => f.endsWith('.json')).sort();
  const seen = new Set();
  const judge = a => { // {method, path, status, type, fields, body}: '' or what is wrong
    const op = doc.paths[a.path]?.[a.method];
    let response = op?.responses[String(a.status)], base = ['paths', a.path, a.method, 'responses', String(a.status)];
    if (!response) return 'this status is not described';
    if (response.$ref) { base = response.$ref.slice(2).split('/'); response = doc.components.responses[base[2]]; }
    const described = Object.keys(response.headers).map(h => h.toLowerCase());
    const other = Object.keys(a.fields).find(h => !described.includes(h.toLowerCase()));
    if (other) return `field ${other} is not described`;
    if (!a.type) return response.content && a.status < 400 ? 'a body is described' : '';
    const media = a.type.split(';')[0];
    if (!response.content?.[media]) return `media type ${media} is not described`;
    if (!media.endsWith('json')) return '';
    const check = at(...base, 'content', media, 'schema');
    if (!check) return 'no schema is found';
    return check(JSON.parse(a.body)) ? '' : ajv.errorsText(check.errors, { separator: '\n' }) + `\n${a.body.slice(0, 500)}`;
  };
  const all_answers = files.map(f => JSON.parse(fs.readFileSync(path.join(dir, f), 'utf8')));
  const lines = all_answers.map(a => {
    if (a.status < 400) seen.add(`${a.method} ${a.path}`);
    return [`${a.method} ${a.path} ${a.status}`, judge(a)];
  });
  const one = all_answers.find(a => a.path === '/cases/{sender}/{case}' && a.status === 200);
  const wrong = [{ ...one, status: 299 }, { ...one, type: 'text/html' }, { ...one, fields: { 'X-New': '1' } },
    { ...one, body: JSON.stringify({ ...JSON.parse(one.body), extra: 1 }) }, { ...one, body: one.body.replace('"rounds"', '"round_s"') }];
  const all = Object.entries(doc.paths).flatMap(([p, item]) => Object.keys(item).map(m => `${m} ${p}`));
  // OPTIONS is answered by the edge, which asks the core only who calls
  const missing = all.filter(o => !seen.has(o) && o !== 'options /uploads');
  console.log(`1..${lines.length + 2}`);
  ok(lines.length > 0 && missing.length === 0, 'every operation has succeeded once', missing.join('\n'));
  ok(wrong.every(a => judge(a) !== ''), 'an answer that is changed is noticed', wrong.map(judge).join('\n'));
  lines.forEach(([where, why]) => ok(!why, where, why));
}

if (process.argv[2] === 'lint') lint();
else if (process.argv[2] === 'answers') answers(process.argv[3]);
else { console.error('usage: openapi.mjs lint | answers DIR'); process.exit(2); }
