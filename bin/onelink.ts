#!/usr/bin/env node
import { onelinkProgram } from '../cli/program.ts';
import { usageCode } from '../cli/terminal/usage.ts';

await onelinkProgram()
  .parseAsync()
  .catch((error: unknown) => {
    // A bug in the program, with its stack. Node.js would end with 1, which scripts read as a result of the verb.
    console.error(error);
    process.exitCode = usageCode;
  });
