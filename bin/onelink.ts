#!/usr/bin/env node
import { usageCode } from './client/usage.ts';
import { onelinkProgram } from './program.ts';

await onelinkProgram()
  .parseAsync()
  .catch((error: unknown) => {
    // A fault of ours, with its stack. Node.js would end with 1, which scripts read as a verdict.
    console.error(error);
    process.exitCode = usageCode;
  });
