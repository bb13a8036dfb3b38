import { type AutomationExecution, GetAutomationExecutionCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Execution } from '../domain/acts/execution.ts';

/** Executions of SSM documents in this account and region. */
export class AutomationExecutions {
  readonly #ssm: Pick<SSMClient, 'send'>;

  constructor(ssm: Pick<SSMClient, 'send'>) {
    this.#ssm = ssm;
  }

  /**
   * @returns undefined if there is no such execution
   * @throws the client's error if Systems Manager cannot be asked
   */
  async find(executionId: string): Promise<Execution | undefined> {
    const found = await this.#ask(executionId);
    if (found === undefined) return undefined;
    return {
      documentName: found.DocumentName ?? '',
      status: found.AutomationExecutionStatus ?? '',
      executedBy: found.ExecutedBy ?? '',
      startedAtMilliseconds: found.ExecutionStartTime?.getTime() ?? Number.NaN,
      parameters: found.Parameters ?? {},
      isDirect:
        [
          found.ParentAutomationExecutionId,
          found.AssociationId,
          found.AutomationSubtype,
          found.ChangeRequestName,
          found.TargetParameterName,
        ].every((one) => one === undefined || one === '') &&
        [found.Targets, found.TargetMaps, found.TargetLocations].every((list = []) => list.length === 0) &&
        found.Mode !== 'Interactive',
    };
  }

  async #ask(AutomationExecutionId: string): Promise<AutomationExecution | undefined> {
    try {
      return (await this.#ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId }))).AutomationExecution;
    } catch (error) {
      if (error instanceof Error && error.name === 'AutomationExecutionNotFoundException') return undefined;
      throw error;
    }
  }
}
