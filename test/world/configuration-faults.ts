import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';

/** The faults of a configuration; none if it can work. */
export function faultsOf(candidate: unknown): readonly string[] {
  try {
    validateConfiguration(candidate);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}
