import { Aws, CfnMapping, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** The console of each partition that the pipeline supports. `region` in the query leads to the region. */
const hosts = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Addresses in the AWS console, in the partition and region of the stack. */
export class Console extends Construct {
  readonly #host: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const mapping = new CfnMapping(this, 'Hosts', {
      mapping: Object.fromEntries(Object.entries(hosts).map(([partition, host]) => [partition, { host }])),
    });
    this.#host = mapping.findInMap(Aws.PARTITION, 'host');
  }

  /** The page on which people read an SSM document. */
  document(name: string): string {
    return this.#page(`systems-manager/documents/${name}/description`);
  }

  /** The form that starts an SSM document. */
  start(document: string): string {
    return this.#page(`systems-manager/automation/execute/${document}`);
  }

  alarm(name: string): string {
    return this.#page('cloudwatch/home', `#alarmsV2:alarm/${encodeURIComponent(name)}`);
  }

  dashboard(name: string): string {
    return this.#page('cloudwatch/home', `#dashboards/dashboard/${encodeURIComponent(name)}`);
  }

  logGroup(name: string): string {
    return this.#page('cloudwatch/home', `#logsV2:log-groups/log-group/${name}`);
  }

  function(name: string): string {
    return this.#page('lambda/home', `#/functions/${name}`);
  }

  /** The page takes the queue's URL, with its slashes and its colon in percent signs. */
  queue(name: string): string {
    const url = ['https%3A', '', `sqs.${Aws.REGION}.${Aws.URL_SUFFIX}`, Stack.of(this).account, name].join('%2F');
    return this.#page('sqs/v3/home', `#/queues/${url}`);
  }

  #page(path: string, fragment = ''): string {
    return `https://${this.#host}/${path}?region=${Stack.of(this).region}${fragment}`;
  }
}
