#!/usr/bin/env node
// Plain JavaScript, which an older Node.js can run. It starts Node.js 24, which runs the program.
import { existsSync } from 'node:fs';
import './node-24.mjs';

// A checkout has TypeScript. The package has JavaScript, because Node.js runs no TypeScript below node_modules.
const source = new URL('./onelink.ts', import.meta.url);
await import((existsSync(source) ? source : new URL('../dist/bin/onelink.js', import.meta.url)).href);
