// SPDX-License-Identifier: EUPL-1.2
// Every vector of the C2SP CCTV age test kit through the real command: class of failure, exit code, hash of what was
// released to a pipe, and no file after a failure. Prints TAP.
import * as vectors from 'cctv-age';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

const handover = process.argv[2];
const dir = mkdtempSync(join(tmpdir(), 'age-vectors-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const exits = {
  success: 0, 'header failure': 3, 'armor failure': 3, 'payload failure': 5, 'HMAC failure': 5, 'no match': 6,
};
const noPostQuantum = 'post-quantum recipients are not in this build';

function parse(bytes) {
  const raw = Buffer.from(bytes);
  const end = raw.indexOf('\n\n');
  const v = { identity: [], passphrase: [] };
  for (const line of raw.subarray(0, end).toString('latin1').split('\n')) {
    const [, key, value] = line.match(/^([^:]+): (.*)$/);
    if (Array.isArray(v[key])) v[key].push(value);
    else v[key] = value;
  }
  v.file = raw.subarray(end + 2);
  if (v.compressed === 'zlib') v.file = inflateSync(v.file);
  else if (v.compressed) throw new Error(`unknown compression ${v.compressed}`);
  return v;
}

// Run decrypt with the vector's keys; input from the file or through a pipe.
function decrypt(v, { piped, output, threads }) {
  const args = ['age', 'decrypt', '--threads', String(threads)];
  const stdio = ['pipe', 'pipe', 'pipe'];
  const input = join(dir, 'in.age');
  writeFileSync(input, v.file);
  if (v.identity.length) {
    writeFileSync(join(dir, 'keys'), v.identity.join('\n') + '\n', { mode: 0o600 });
    args.push('-i', join(dir, 'keys'));
  }
  let fd = -1;
  if (v.passphrase.length) {
    writeFileSync(join(dir, 'pass'), v.passphrase[0] + '\n', { mode: 0o600 });
    fd = openSync(join(dir, 'pass'), 'r');
    args.push('--passphrase-fd', '3');
    stdio.push(fd);
  }
  if (output) args.push('-o', output);
  if (!piped) args.push(input);
  const r = spawnSync(handover, args, { stdio, input: piped ? v.file : '', maxBuffer: 1 << 28 });
  if (fd >= 0) closeSync(fd);
  return { code: r.status, out: r.stdout, err: r.stderr.toString() };
}

const sha256 = (b) => createHash('sha256').update(b).digest('hex');

// What is wrong with a result, or ''.
function judge(v, r, released) {
  const pq = v.identity.some((i) => i.startsWith('AGE-SECRET-KEY-PQ-1'));
  if (pq) {
    if (r.code !== 3 || !r.err.includes(noPostQuantum)) return `post-quantum: exit ${r.code}: ${r.err}`;
    return r.out.length ? 'released bytes' : '';
  }
  if (r.code !== exits[v.expect]) return `exit ${r.code}, expected ${v.expect}: ${r.err}`;
  if (v.expect === 'success' ? r.err !== '' : !r.err.startsWith(`handover: ${v.expect}: `)) return `said: ${r.err}`;
  if (v.payload && sha256(released) !== v.payload) return `released ${released.length} other bytes`;
  return '';
}

function check(v) {
  for (const how of [{ piped: false, threads: 1 }, { piped: true, threads: 3 }]) {
    const r = decrypt(v, how);
    const why = judge(v, r, r.out);
    if (why) return `${how.piped ? 'pipe' : 'file'}: ${why}`;
  }
  const output = join(dir, 'out');
  rmSync(output, { force: true });
  const r = decrypt(v, { piped: false, output, threads: 2 });
  if (r.out.length) return 'with -o: bytes on standard output';
  if (r.code === 0) return judge(v, r, readFileSync(output));
  return existsSync(output) ? 'with -o: a file after a failure' : judge({ ...v, payload: undefined }, r, r.out);
}

const names = Object.keys(vectors).sort();
console.log(`1..${names.length + 1}`);
let n = 0;
console.log(`${names.length === 143 ? 'ok' : 'not ok'} ${++n} - the kit has 143 vectors`);
for (const name of names) {
  const why = check(parse(vectors[name]));
  console.log(`${why ? 'not ok' : 'ok'} ${++n} - ${name}${why ? ` # ${why.trim()}` : ''}`);
}
