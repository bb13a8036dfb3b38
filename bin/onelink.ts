#!/usr/bin/env node
import { Command } from 'commander';
import { sendCommand } from './commands/send.ts';

/** The operators' command line. */
await new Command('onelink').description('Operates a OneLink Pipeline.').addCommand(sendCommand()).parseAsync();
