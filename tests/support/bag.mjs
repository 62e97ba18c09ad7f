// SPDX-License-Identifier: EUPL-1.2
// A validator of BagIt 1.0 bags (RFC 8493), written from the standard and sharing nothing with the
// program: node bag.mjs FOLDER. Prints what is wrong, a line each, and ends with 1.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, lstatSync } from 'node:fs';
import { join } from 'node:path';

const bag = process.argv[2];
const wrong = [];
const read = (name) => readFileSync(join(bag, name));
const files = [];
const walk = (dir) => {
	for (const name of readdirSync(join(bag, dir))) {
		const path = dir ? `${dir}/${name}` : name, st = lstatSync(join(bag, path));
		if (st.isDirectory()) walk(path);
		else if (st.isFile()) files.push(path);
		else wrong.push(`${path} is no regular file`);
	}
};
// section 2.1.3 and 2.2.1: "<digest> <spaces> <path>", each path once, %0A, %0D and %25 encoded
const manifest = (name) => {
	const listed = new Map();
	for (const line of read(name).toString('utf8').split(/\r\n|\n|\r/).filter(Boolean)) {
		const m = /^([0-9a-fA-F]{64})[ \t]+(.+)$/.exec(line);
		if (!m) { wrong.push(`${name}: a line is not well formed`); continue; }
		const path = m[2].replace(/%(0A|0D|25)/gi, (c) => decodeURIComponent(c));
		if (listed.has(path)) wrong.push(`${name}: ${path} stands twice`);
		if (path.startsWith('/') || path.split('/').includes('..')) wrong.push(`${name}: ${path} leaves the bag`);
		listed.set(path, m[1].toLowerCase());
	}
	for (const [path, want] of listed) {
		let got = 'missing';
		try { got = createHash('sha256').update(read(path)).digest('hex'); } catch { /* told below */ }
		if (got !== want) wrong.push(`${name}: ${path} is not what is listed`);
	}
	return listed;
};

walk('');
if (read('bagit.txt').toString() !== 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')
	wrong.push('bagit.txt is not that of version 1.0');
const payload = manifest('manifest-sha256.txt'), tags = manifest('tagmanifest-sha256.txt');
const data = files.filter((f) => f.startsWith('data/'));
for (const f of data) if (!payload.has(f)) wrong.push(`${f} is in no manifest`);
for (const f of payload.keys()) if (!f.startsWith('data/')) wrong.push(`${f} is no payload`);
for (const f of files) // the tag manifest and what signs it cannot be listed in it
	if (!f.startsWith('data/') && !tags.has(f) && f !== 'tagmanifest-sha256.txt' && f !== 'signature.p7s')
		wrong.push(`${f} is in no tag manifest`);
const oxum = /^Payload-Oxum: (\d+)\.(\d+)$/m.exec(read('bag-info.txt').toString());
const bytes = data.reduce((sum, f) => sum + lstatSync(join(bag, f)).size, 0);
if (!oxum || +oxum[1] !== bytes || +oxum[2] !== data.length) wrong.push('Payload-Oxum does not agree');
console.log(wrong.join('\n') || 'a valid bag');
process.exit(wrong.length ? 1 : 0);
