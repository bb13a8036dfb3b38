import { Stack } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { type DocumentAct, documentActs } from '../../lambdas/domain/acts/names.ts';
import type { Console } from '../constructs/console.ts';
import { pascal } from '../constructs/lane.ts';
import { substituted } from '../constructs/substituted.ts';
import type { AlarmId, AlarmLine } from './alarm-line.ts';
import { entriesOf, firstCommands, type Runbook, runbookDocumentName, runbookText } from './runbook.ts';

export interface RunbookDocumentsProps {
  readonly serviceName: string;
  readonly console: Console;
  readonly runbook: Runbook;
  /** The alarms of the stack, with their names. */
  readonly alarms: readonly { readonly line: AlarmLine; readonly name: string }[];
  readonly lanes: readonly { readonly name: string }[];
  /** The stack's outputs, which the commands of the entries read. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The documents that start acts. */
  readonly acts: Readonly<Record<DocumentAct, string>>;
}

/** CloudFormation makes so many documents at a time. Systems Manager throttles their calls. */
const atOnce = 5;

/**
 * The runbook in the console of Systems Manager: an SSM document for each alarm of the stack. It is an Automation document, because
 * the console renders the Markdown of its description. An alarm leads to its own entry, which a long page could not do: the console
 * has no addresses of headings.
 */
export class RunbookDocuments extends Construct {
  constructor(scope: Construct, id: string, props: RunbookDocumentsProps) {
    super(scope, id);
    const text = runbookText();
    const entries = entriesOf(text);
    const before = firstCommands(text);
    const ids = [...new Set(props.alarms.map(({ line }) => line.id))];
    const made: CfnDocument[] = [];
    for (const alarm of ids) {
      const entry = entries.get(alarm);
      if (entry === undefined) throw new Error(`RUNBOOK.md must have an entry for the alarm ${alarm}`);
      const document = new CfnDocument(this, alarm, {
        name: runbookDocumentName(props.serviceName, alarm),
        documentType: 'Automation',
        documentFormat: 'JSON',
        updateMethod: 'NewVersion',
        content: {
          schemaVersion: '0.3',
          description: substituted(pageOf(alarm, entry, before, this, props)),
          // A document must have a step. This one is for reading, so its step changes nothing.
          mainSteps: [{ name: 'nothing', action: 'aws:sleep', isEnd: true, inputs: { Duration: 'PT1S' } }],
        },
      });
      const earlier = made.at(-atOnce);
      if (earlier) document.node.addDependency(earlier);
      made.push(document);
    }
  }
}

function pageOf(id: AlarmId, entry: string, before: string, scope: Construct, props: RunbookDocumentsProps): string {
  const { serviceName, console, lanes, acts } = props;
  const own = props.alarms.filter(({ line }) => line.id === id);
  const [lane] = lanes;
  const setting = before
    .replace(/^STACK=\S+ LANE=\S+/, `STACK=${Stack.of(scope).stackName} LANE=${pascal(lane?.name ?? '')}`)
    .trim();
  const links = [
    `Alarms: ${own.map(({ name }) => `[${name}](${console.alarm(name)})`).join(', ')}`,
    ...resourcesOf(id, entry, props),
    `Everything over time: [dashboard ${serviceName}](${console.dashboard(serviceName)})`,
    `Acts: ${documentActs.map((act) => `[${act}](${console.start(acts[act])})`).join(', ')}`,
  ];
  return [
    `# ${serviceName}: ${id}`,
    forBrowser(entry, props),
    '## In this console',
    links.map((link) => `- ${link}`).join('\n'),
    'This document is for reading. An execution of it does nothing.',
    '## Before the commands',
    'Open a shell with version 2 of the AWS CLI, such as AWS CloudShell in the bar of the console. Paste this first:',
    `\`\`\`sh\n${setting}\n\`\`\``,
    'The commands of `npx onelink` need a checkout of the release. Without one, the acts above pause and resume lanes, and send parked ' +
      'commands and dead letters back.',
  ].join('\n\n');
}

/** An entry without links into the repository, and with links to the other documents. */
function forBrowser(entry: string, { runbook, alarms }: RunbookDocumentsProps): string {
  const ids = new Set<string>(alarms.map(({ line }) => line.id));
  const isAlarm = (name: string): name is AlarmId => ids.has(name);
  // Commands stay as they are.
  return entry
    .split(/^(```sh\n[\s\S]*?^```)$/m)
    .map((part) =>
      part.startsWith('```')
        ? part
        : part
            .replaceAll(/\[([^\]]*)\]\((?!https?:)[^)]*\)/g, '$1')
            .replaceAll(/`([a-z-]+)`/g, (code, name: string) => (isAlarm(name) ? runbook.linkTo(name) : code)),
    )
    .join('');
}

/** What the alarm measures, and what the commands of its entry read. */
function resourcesOf(id: AlarmId, entry: string, { console, alarms, outputs }: RunbookDocumentsProps): string[] {
  const dimensions = alarms.filter(({ line }) => line.id === id).flatMap(({ line }) => dimensionsOf(line.metric));
  const logs = named(entry, /^logs "?([A-Za-z${}]+)/gm).map((name) => `${name}LogGroupName`);
  const read = named(entry, /\$\(output "?([A-Za-z${}]+)"?\)/g);
  const found = Object.keys(outputs).filter((key) => [...logs, ...read].some((name) => matcherOf(name).test(key)));
  const of = (ending: string) => found.filter((key) => key.endsWith(ending));
  const list = (title: string, links: string[]) => (links.length > 0 ? [`${title}: ${links.join(', ')}`] : []);
  const valuesOf = (dimension: string) => [
    ...new Set(dimensions.filter(({ name }) => name === dimension).map(({ value }) => String(value))),
  ];
  const link = (address: (name: string) => string) => (name: string) => `[${name}](${address(name)})`;
  return [
    ...list('Queues', valuesOf('QueueName').map(link((name) => console.queue(name)))),
    ...list('Functions', [
      ...valuesOf('FunctionName').map(link((name) => console.function(name))),
      ...of('FunctionName').map(
        (key) => `[${key.slice(0, -'FunctionName'.length)}](${console.function(outputs[key] ?? '')})`,
      ),
    ]),
    ...list(
      'Logs',
      of('LogGroupName').map(
        (key) => `[${key.slice(0, -'LogGroupName'.length)}](${console.logGroup(outputs[key] ?? '')})`,
      ),
    ),
  ];
}

const named = (entry: string, pattern: RegExp) => [...entry.matchAll(pattern)].map(([, name = '']) => name);

/** `${LANE}LinkWorkerLogGroupName` stands for the output of each lane. */
const matcherOf = (name: string) => new RegExp(`^${name.replaceAll(/\$\{\w+\}/g, '[A-Z]\\w*')}$`);

function dimensionsOf(metric: IMetric): { name: string; value: unknown }[] {
  if (metric instanceof MathExpression) return Object.values(metric.usingMetrics).flatMap(dimensionsOf);
  return metric instanceof Metric ? [...(metric.toMetricConfig().metricStat?.dimensions ?? [])] : [];
}
