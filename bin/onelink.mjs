#!/usr/bin/env node
// Plain JavaScript, so that an older Node.js can run it and hand over to Node.js 24, which runs the TypeScript.
import './node-24.mjs';

await import('./onelink.ts');
