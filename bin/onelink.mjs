#!/usr/bin/env node
// Plain JavaScript, which an older Node.js can run. It starts Node.js 24, which runs the TypeScript.
import './node-24.mjs';

await import('./onelink.ts');
