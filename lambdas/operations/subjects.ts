import { ActFailed, type Performers } from './performers.ts';
import { AnotherOperator, eraseSubjects } from './subject-erase.ts';
import { findSubjects } from './subject-find.ts';
import type { SubjectPorts, SubjectSettings } from './subject-ports.ts';

/** The search for persons, and their erasure. The audit has counts only. */
export function subjectActs(
  settings: SubjectSettings,
  ports: SubjectPorts,
): Pick<Performers, 'subject-find' | 'subject-erase'> {
  return {
    'subject-find': async (act) => {
      const answer = await findSubjects(act, ports);
      return { answer, effect: { ...answer.found } };
    },
    'subject-erase': async (act) => {
      try {
        const { answer, added } = await eraseSubjects(act, settings, ports);
        return { answer, effect: { state: answer.state, step: answer.step, ...added } };
      } catch (error) {
        if (!(error instanceof AnotherOperator)) throw error;
        throw new ActFailed('Another part of the same erasure runs. Its caller, or a later repeat, continues it.');
      }
    },
  };
}
