import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  ApiKeySourceType,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  RestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { authorizationForm, checkKeptSeconds } from '../../lambdas/http-authorizer/env.ts';
import { httpProducersOf } from '../config/http.ts';
import { accessPolicy, addUsagePlans, stageName } from './http-access.ts';
import { type HttpApiProps, httpAuthorizer, httpFunction, integrationTimeoutSeconds } from './http-functions.ts';
import { addGatewayAnswers } from './http-gateway-responses.ts';
import { addProblemsPage } from './http-problems-page.ts';
import { refuseLargeApiPolicy } from './policy-limits.ts';

/**
 * API Gateway → function → lanes' queues, for producers that speak HTTP. `/v1` takes our keys, `/iam/v1` takes AWS signatures,
 * and `/problems` is a page.
 */
export class HttpApi extends Construct {
  readonly function: LambdaFunction;
  /** Absent if no producer may have keys. */
  readonly authorizer: LambdaFunction | undefined;
  readonly api: RestApi;
  /** The address of the API's stage, without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { settings, state, surroundings } = props;
    const producers = httpProducersOf(settings);
    this.function = httpFunction(new Construct(this, 'Calls'), props);
    const policy = accessPolicy(settings, producers);
    this.api = new RestApi(this, 'Api', {
      restApiName: `${surroundings.serviceName}-http`,
      description: `Links over HTTP: ${surroundings.serviceName}`,
      endpointTypes: [EndpointType.REGIONAL],
      apiKeySourceType: ApiKeySourceType.AUTHORIZER,
      // API Gateway sends bytes only to a caller whose first `Accept` matches such a type, and curl and browsers send `*/*`.
      // So request bodies reach the function in base64.
      binaryMediaTypes: ['*/*'],
      cloudWatchRole: false,
      deployOptions: { stageName },
      ...(policy && { policy }),
    });
    if (policy) {
      const remedy = 'Allow `http.iam` to fewer producers, or name fewer roles and users with a `senderId`.';
      refuseLargeApiPolicy(this.api, policy, remedy);
    }
    // The CDK adds an output of its own. The stack has one with a name that tools read.
    this.api.node.tryRemoveChild('Endpoint');
    const integration = new LambdaIntegration(this.function, {
      allowTestInvoke: false,
      timeout: Duration.seconds(integrationTimeoutSeconds),
    });
    if (state.httpKeys) {
      this.authorizer = httpAuthorizer(new Construct(this, 'Authorizer'), state.httpKeys.secretArn, props);
      const authorizer = new TokenAuthorizer(this, 'Keys', {
        handler: this.authorizer,
        validationRegex: authorizationForm,
        resultsCacheTtl: Duration.seconds(checkKeptSeconds),
      });
      const any = this.api.root.addResource('v1').addResource('{proxy+}');
      any.addMethod('ANY', integration, {
        authorizer,
        authorizationType: AuthorizationType.CUSTOM,
        apiKeyRequired: true,
      });
      addUsagePlans(this, this.api, surroundings.serviceName, producers);
    }
    if (producers.some(({ iam }) => iam)) {
      const any = this.api.root.addResource('iam').addResource('v1').addResource('{proxy+}');
      any.addMethod('ANY', integration, { authorizationType: AuthorizationType.IAM });
    }
    addProblemsPage(this.api.root.addResource('problems'));
    addGatewayAnswers(this.api);
    const { region, urlSuffix } = Stack.of(this);
    this.url = `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${this.api.deploymentStage.stageName}`;
    acknowledge(this.api);
  }
}

function acknowledge(api: RestApi): void {
  const logs =
    'The function logs each call with its source, status and milliseconds, and API Gateway counts the rest. Its logs need a role ' +
    'that belongs to the whole AWS account, and hold paths with link IDs, which are confidential.';
  const reasons: Record<string, string> = {
    'AwsSolutions-APIG1': logs,
    'AwsSolutions-APIG6': logs,
    'AwsSolutions-APIG2': 'The function checks each body against the contract, and names every fault.',
    'AwsSolutions-APIG3': 'A firewall belongs to the account that deploys. It can be attached to the stage of the API.',
    'AwsSolutions-APIG4': 'Only the page of problem types has no authorization. It repeats the docs.',
    'AwsSolutions-COG4': 'Callers are programs of producers, which have keys or AWS signatures.',
  };
  for (const [id, reason] of Object.entries(reasons)) Validations.of(api).acknowledge({ id, reason });
}
