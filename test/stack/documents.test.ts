import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { reasonPattern } from '../../lambdas/domain/acts/names.ts';
import type { StageSettings } from '../../lib/config/config-schema.ts';
import { alarmIds } from '../../lib/observability/alarm-line.ts';
import { configuredApp } from './configured-app.ts';
import { pipelineOf, settings } from './shipped-pipeline.ts';
import { inZone, strict } from './strict-stage.ts';
import { textIn } from './text-in.ts';

const { template } = configuredApp();
/** A pipeline that has ingress queues, and posts outcomes. */
const other = Template.fromStack(
  pipelineOf({
    producers: settings().producers.map(({ http: _, ...one }) => ({
      ...one,
      principals: [{ account: '444455556666' }],
      outcomeUrl: `https://hooks.acme.example/${one.source}`,
    })),
  }),
);

interface Document {
  Name: string;
  Content: {
    description: unknown;
    parameters?: Record<string, { allowedValues?: unknown[]; allowedPattern?: string; default?: string }>;
    mainSteps: { name: string; action: string; inputs: Record<string, unknown> }[];
    assumeRole?: string;
  };
}
const documentsOf = (of: Template): Document[] =>
  Object.values(of.findResources('AWS::SSM::Document')).map(({ Properties }) => Properties as Document);
const descriptionsOf = (of: Template): string[] =>
  Object.values(of.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
    textIn(Properties.AlarmDescription),
  );
const pageOf = (id: string, of = template) => {
  const found = documentsOf(of).find(({ Name }) => Name.endsWith(`-runbook-${id}`));
  return textIn(found?.Content.description ?? expect.fail(`no document of ${id}`));
};
const act = (name: string, of = template) =>
  documentsOf(of).find(({ Name }) => Name === `OneLink-production-${name}` || Name === `Test-stage-${name}`) ??
  expect.fail(`no document ${name}`);

/** The sample with another stage. */
const stageOf = (change: Partial<StageSettings>, name: 'staging' | 'production' = 'staging') => {
  const stage = config.stages[name] ?? expect.fail('no stage');
  return configuredApp({ ...config, stages: { [name]: { ...stage, ...change } } }, name).template;
};

describe('an alarm', () => {
  test.each([
    ['the sample', template],
    ['a pipeline with ingress queues', other],
  ])('leads to a document of the stack, in the console of its partition: %s', (_, of) => {
    const names = documentsOf(of).map(({ Name }) => Name);
    const urls = descriptionsOf(of).map((text) => text.split(' ').at(-1) ?? '');
    expect(urls.length).toBeGreaterThan(50);
    for (const url of urls) {
      const found =
        /^https:\/\/<console>\/systems-manager\/documents\/([\w-]+)\/description\?region=<AWS::Region>$/.exec(url);
      expect(names).toContain(found?.[1]);
    }
  });

  test('has a description that CloudWatch takes, with every reference at its longest', () => {
    const longest = 'console.amazonaws-us-gov.com'.length;
    for (const text of [...descriptionsOf(template), ...descriptionsOf(other)]) {
      expect(text.replaceAll(/<[^>]*>/g, 'x'.repeat(longest)).length).toBeLessThanOrEqual(1_024);
    }
  });
});

describe('the documents of the runbook', () => {
  const runbook = readFileSync(new URL('../../lib/observability/RUNBOOK.md', import.meta.url), 'utf8');

  test('are one for each alarm of the stack, so each entry is in one, of one pipeline or another', () => {
    const ids = (of: Template) => documentsOf(of).flatMap(({ Name }) => /-runbook-(.*)$/.exec(Name)?.[1] ?? []);
    expect(ids(template).toSorted()).toEqual(
      alarmIds
        .filter((id) => !['ingress-late', 'forwarding-failed', 'outcome-deliveries-failing'].includes(id))
        .toSorted(),
    );
    expect([...new Set([...ids(template), ...ids(other)])].toSorted()).toEqual([...alarmIds].toSorted());
  });

  test('have the whole text of their entries', () => {
    for (const entry of runbook.split(/^## /m).slice(1)) {
      const id = entry.slice(0, entry.indexOf('\n'));
      const of = documentsOf(template).some(({ Name }) => Name.endsWith(`-runbook-${id}`)) ? template : other;
      const page = pageOf(id, of);
      // Links differ, and words and commands do not.
      const words = (text: string) =>
        text
          .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
          .replaceAll('`', '')
          .trim();
      expect(words(page)).toContain(words(entry.slice(entry.indexOf('\n'))));
    }
  });

  test('lead to the alarms, queues, functions and logs that their entries name', () => {
    const console = 'https://<console>';
    const page = pageOf('dead-letters');
    const home = `${console}/cloudwatch/home?region=<AWS::Region>`;
    expect(page).toContain(
      `[OneLink-production-campaign-dead-letters](${home}#alarmsV2:alarm/OneLink-production-campaign-dead-letters)`,
    );
    expect(page).toMatch(
      /\[<PipelineCampaignCommandsDeadLetters\w+\.QueueName>\]\(https:\/\/<console>\/sqs\/v3\/home\?region=<AWS::Region>#\/queues\/https%3A%2F%2Fsqs\.<AWS::Region>\.<AWS::URLSuffix>%2F<AWS::AccountId>%2F<PipelineCampaignCommandsDeadLetters\w+\.QueueName>\)/,
    );
    expect(page).toMatch(
      /\[CampaignLinkWorker\]\(https:\/\/<console>\/cloudwatch\/home\?region=<AWS::Region>#logsV2:log-groups\/log-group\/<PipelineCampaignLinkWorkerLogs\w+>\)/,
    );
    expect(page).toContain(
      `[redrive](${console}/systems-manager/automation/execute/OneLink-production-redrive?region=<AWS::Region>)`,
    );
    expect(pageOf('replayer-silent')).toMatch(
      /\[Replayer\]\(https:\/\/<console>\/lambda\/home\?region=<AWS::Region>#\/functions\/<\w+>\)/,
    );
    // An entry that names another links to its document.
    expect(pageOf('commands-late')).toContain(
      `[account-refused](${console}/systems-manager/documents/OneLink-production-runbook-account-refused/description?region=<AWS::Region>)`,
    );
    expect(page).toContain('STACK=OneLink-production LANE=Transactional');
  });

  test('have no link into the repository, and nothing that Systems Manager would read as a variable', () => {
    for (const id of alarmIds) {
      const of = ['ingress-late', 'forwarding-failed', 'outcome-deliveries-failing'].includes(id) ? other : template;
      const targets = [...pageOf(id, of).matchAll(/\]\(([^)]*)\)/g)].map(([, target = '']) => target);
      expect(targets.filter((target) => !target.startsWith('https://'))).toEqual([]);
      expect(pageOf(id, of)).not.toContain('{{');
    }
  });
});

describe('every document', () => {
  const all = [...documentsOf(template), ...documentsOf(other)];

  test('keeps to the limits of Systems Manager, with every reference at its longest', () => {
    for (const { Name, Content } of all) {
      expect(Name).toMatch(/^[a-zA-Z0-9_.-]{3,128}$/);
      const text = { ...Content, description: textIn(Content.description) };
      // An ARN, a URL or a generated name.
      const bytes = Buffer.byteLength(
        JSON.stringify(text).replaceAll(/<[^>]*>|\{"(?:Ref|Fn::)[^}]*\}/g, 'x'.repeat(160)),
      );
      expect(bytes).toBeLessThan(65_536);
      for (const value of Object.values(Content.parameters ?? {}).flatMap(({ allowedValues = [] }) => allowedValues)) {
        expect(textIn(value).replaceAll(/<[^>]*>/g, 'x'.repeat(160)).length).toBeLessThanOrEqual(512);
      }
    }
  });

  test('gets a new version when it changes, so that its name stays', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::SSM::Document'))) {
      expect(Properties).toMatchObject({
        UpdateMethod: 'NewVersion',
        DocumentType: 'Automation',
        DocumentFormat: 'JSON',
      });
    }
  });

  test('has no role: an execution has the permissions of the person who starts it', () => {
    for (const { Content } of all) expect(Content.assumeRole).toBeUndefined();
  });

  test('leaves room in the template, which CloudFormation takes up to a million bytes', () => {
    expect(JSON.stringify(template.toJSON(), null, 1).length).toBeLessThan(750_000);
  });
});

describe('the documents of acts', () => {
  test('are these four, and send the function nothing but the ID of the execution', () => {
    const acts = documentsOf(template).filter(({ Name }) => !Name.includes('-runbook-'));
    expect(acts.map(({ Name }) => Name)).toEqual(
      ['pause', 'resume', 'replay', 'redrive'].map((name) => `OneLink-production-${name}`),
    );
    for (const { Content } of acts) {
      const [call, confirm] = Content.mainSteps;
      expect(call?.inputs).toEqual({
        FunctionName: { Ref: expect.stringContaining('OperationsWorkerFunction') },
        Qualifier: 'operate',
        InputPayload: { execution: '{{ automation:EXECUTION_ID }}' },
      });
      expect(confirm?.inputs.InputPayload).toEqual({ answer: '{{ act.Payload }}' });
    }
  });

  test('offer the lanes and the queues of the pipeline, and demand a reason', () => {
    const { Lane, Reason } = act('pause').Content.parameters ?? {};
    expect(Lane?.allowedValues).toEqual(['transactional', 'campaign', 'qr', 'expiry', 'all']);
    expect(Reason).toEqual({ type: 'String', description: expect.any(String), allowedPattern: reasonPattern });
    const queues = (of: Template) => act('redrive', of).Content.parameters?.Queue?.allowedValues?.map(textIn) ?? [];
    const names = (of: Template) => queues(of).map((choice) => choice.split(' ')[0]);
    expect(names(template)).toEqual(['transactional', 'campaign', 'qr', 'expiry', 'campaigns']);
    expect(names(other)).toContain('campaign-ingress-crm');
    expect(names(other).at(-1)).toBe('deliveries');
    for (const choice of queues(other)) expect(choice).toMatch(/^[a-z0-9.-]+ <[\w:.-]+>$/i);
  });
});

describe('a stage', () => {
  test('whose team reads the runbook elsewhere has the documents of acts alone', () => {
    const of = stageOf({ alarms: { runbookUrl: 'https://wiki.acme.example/RUNBOOK.md' } });
    expect(documentsOf(of)).toHaveLength(4);
    expect(descriptionsOf(of)[0]).toMatch(/https:\/\/wiki\.acme\.example\/RUNBOOK\.md#[a-z-]+$/);
    expect(of.toJSON().Mappings).toBeUndefined();
  });

  test('without documents has none, no permission for them, and alarms that name the file', () => {
    const of = stageOf({ landingZone: { documents: false } });
    expect(documentsOf(of)).toEqual([]);
    expect(JSON.stringify(of.toJSON())).not.toContain('"ssm:');
    expect(descriptionsOf(of)[0]).toMatch(/lib\/observability\/RUNBOOK\.md#[a-z-]+$/);
    const [variables] = Object.values(of.findResources('AWS::Lambda::Function')).flatMap(({ Properties }) =>
      Properties.Environment?.Variables?.DOCUMENTS_OF === undefined ? [] : [Properties.Environment.Variables],
    );
    expect(variables.DOCUMENTS_OF).toBe('');
  });

  test('without documents needs no endpoint of Systems Manager', () => {
    const { landingZone } = strict.stages.production ?? expect.fail('no stage');
    const endpointsOf = (documents: boolean) =>
      JSON.stringify(
        configuredApp(inZone({ ...landingZone, documents })).template.findResources('AWS::EC2::VPCEndpoint'),
      );
    expect(endpointsOf(true)).toContain('.ssm');
    expect(endpointsOf(false)).not.toContain('.ssm');
  });

  test('with a name that Systems Manager keeps for AWS is refused, with the remedy', () => {
    expect(() => stageOf({ landingZone: { namePrefix: 'awsTeam-' } })).toThrow(
      /must not begin the name awsTeam-OneLink-staging with aws, amazon or amzn, .* got the landingZone\.namePrefix "awsTeam-"/,
    );
  });
});
