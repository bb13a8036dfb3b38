/** All faults of a configuration, one line for each. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  /** @param of the configuration's file, or the path of the construct that was given it */
  constructor(faults: readonly string[], of: string) {
    super(`The configuration (${of}) cannot work:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}
