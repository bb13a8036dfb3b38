import { randomUUID } from 'node:crypto';
import { type Deployment, stackId } from '../assembly/deployment.ts';
import { ServiceError, type ServiceRequest, type ServiceResponse } from './wire.ts';
import { element, members, textElement } from './xml.ts';

/** The maximum of one answer of DescribeStackResources, and the size of a page of ListStackResources here. */
const resourcesPerAnswer = 100;

const headers = { 'content-type': 'text/xml' };

/** CloudFormation's reads of an existing stack: DescribeStacks, ListStackResources, DescribeStackResources. */
export function serveCloudFormation(request: ServiceRequest, deployment: Deployment, createdAt: Date): ServiceResponse {
  const parameters = new URLSearchParams(request.body);
  const action = parameters.get('Action') ?? '';
  try {
    const result = carriedOut(action, parameters, deployment, createdAt.toISOString());
    const metadata = element('ResponseMetadata', element('RequestId', randomUUID()));
    return { status: 200, headers, body: element(`${action}Response`, element(`${action}Result`, result) + metadata) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const details = element('Type', 'Sender') + element('Code', error.code) + textElement('Message', error.message);
    const body = element('ErrorResponse', element('Error', details) + element('RequestId', randomUUID()));
    return { status: error.status, headers, body };
  }
}

function carriedOut(action: string, parameters: URLSearchParams, deployment: Deployment, createdAt: string): string {
  const wanted = parameters.get('StackName');
  if (action === 'DescribeStacks') {
    const names = wanted === null ? deployment.stackNames : [stackNamed(wanted, deployment)];
    return element('Stacks', members(names.map((name) => describeStack(name, deployment, createdAt))));
  }
  if (action === 'ListStackResources') {
    if (wanted === null) throw new ServiceError(400, 'ValidationError', 'StackName is required');
    const all = resourcesOf(stackNamed(wanted, deployment), deployment);
    const from = Number(parameters.get('NextToken') ?? 0);
    if (!Number.isInteger(from) || from < 0) throw new ServiceError(400, 'ValidationError', 'NextToken is not valid');
    const to = from + resourcesPerAnswer;
    const next = to < all.length ? String(to) : undefined;
    const page = all.slice(from, to).map(({ common }) => common + element('LastUpdatedTimestamp', createdAt));
    return element('StackResourceSummaries', members(page)) + textElement('NextToken', next);
  }
  if (action === 'DescribeStackResources') {
    if (wanted === null) throw new ServiceError(400, 'ValidationError', 'only StackName is implemented here');
    const name = stackNamed(wanted, deployment);
    const logicalId = parameters.get('LogicalResourceId');
    const stack = textElement('StackName', name) + textElement('StackId', stackId(name, deployment.place));
    const found = resourcesOf(name, deployment)
      .filter((resource) => logicalId === null || resource.logicalId === logicalId)
      .slice(0, resourcesPerAnswer)
      .map(({ common }) => stack + common + element('Timestamp', createdAt));
    return element('StackResources', members(found));
  }
  throw new ServiceError(400, 'InvalidAction', `${action} is not implemented here`);
}

function stackNamed(wanted: string, deployment: Deployment): string {
  const name = deployment.stackNames.find((each) => each === wanted || stackId(each, deployment.place) === wanted);
  if (name === undefined) throw new ServiceError(400, 'ValidationError', `Stack with id ${wanted} does not exist`);
  return name;
}

function resourcesOf(stackName: string, deployment: Deployment) {
  return deployment
    .resources()
    .filter(({ stack }) => stack === stackName)
    .map(({ logicalId, ref, type }) => ({
      logicalId,
      common:
        textElement('LogicalResourceId', logicalId) +
        textElement('PhysicalResourceId', ref) +
        textElement('ResourceType', type) +
        element('ResourceStatus', 'CREATE_COMPLETE'),
    }));
}

function describeStack(name: string, deployment: Deployment, createdAt: string): string {
  const outputs = deployment
    .outputs(name)
    .map(
      ({ key, value, description, exportName }) =>
        textElement('OutputKey', key) +
        textElement('OutputValue', value) +
        textElement('Description', description) +
        textElement('ExportName', exportName),
    );
  return (
    textElement('StackName', name) +
    textElement('StackId', stackId(name, deployment.place)) +
    element('CreationTime', createdAt) +
    element('StackStatus', 'CREATE_COMPLETE') +
    element('Outputs', members(outputs))
  );
}
