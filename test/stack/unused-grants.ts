const byHand = 'Operators redrive dead letters. The stories have none; test/integration/ingress.test.ts does it.';

const acts = 'Operators act. The stories have no operator; test/integration/cli does these acts.';

const files =
  'The story has one small file with settings. test/unit/lambdas/campaign-checker and campaign-sender do these steps.';

const erasing = 'The stories erase nobody. test/integration/subject-erasure.test.ts does, with crashes at every call.';
const ofArchive = ['held', 'history', 'parked', 'quarantine', 'rejected'].map((folder) => `Archive/${folder}/*`);
const ofCampaigns = ['inbox', 'results', 'work'].map((folder) => `CampaignFiles/${folder}/*`);
/** What an erasure does to the table and the buckets. */
const erasures = [
  'dynamodb:DeleteItem Ledger',
  'secretsmanager:GetSecretValue LinkIdSecret',
  's3:ListBucketVersions Archive',
  's3:ListBucketVersions CampaignFiles',
  's3:DeleteObject QrImages/qr/*',
  ...ofArchive.map((objects) => `s3:DeleteObject ${objects}`),
  ...['s3:GetObjectVersion', 's3:PutObject', 's3:DeleteObjectVersion'].flatMap((action) =>
    [...ofArchive, ...ofCampaigns].map((objects) => `${action} ${objects}`),
  ),
].map((grant) => [`OperationsWorkerFunction ${grant}`, erasing] as const);

/**
 * Permissions of the template that no recorded story used, and why they stay: `function action resource`. The tests of
 * single workers cover these steps.
 */
export const unusedGrants: Readonly<Record<string, string>> = {
  ...Object.fromEntries(erasures),
  'ExpiryIntakeWorkerFunction dynamodb:GetItem Ledger':
    'A create can make the link anew before the intake restores its record. The intake then reads the new record.',
  'ExpiryIntakeWorkerFunction s3:PutObject Archive/aws/lambda/*':
    'Lambda stores the records of a batch whose retries have ended.',
  'ExpiryIntakeWorkerFunction s3:ListBucket Archive': 'Lambda demands it for a bucket that is a failure destination.',
  'ExpiryWorkerFunction dynamodb:PutItem Ledger':
    'If the record of a checked link is gone, because its check took too long, the worker adds it again.',
  'ExpiryWorkerFunction sqs:ChangeMessageVisibility ExpiryExpiredQueue':
    'A check that fails returns to its queue with a longer delay each time.',
  'OperationsWorkerFunction cloudwatch:DescribeAlarms arn:aws:cloudwatch:us-east-1:000000000000:alarm:*': acts,
  'OperationsWorkerFunction cloudwatch:SetAlarmState arn:aws:cloudwatch:us-east-1:000000000000:alarm:OneLink-production-*':
    acts,
  'OperationsWorkerFunction dynamodb:BatchGetItem Ledger': acts,
  'OperationsWorkerFunction dynamodb:GetItem Ledger': acts,
  'OperationsWorkerFunction dynamodb:PutItem Ledger': acts,
  'OperationsWorkerFunction dynamodb:Scan Ledger': acts,
  'OperationsWorkerFunction dynamodb:UpdateItem Ledger': acts,
  'OperationsWorkerFunction lambda:InvokeFunction ReplayerWorkerFunction': acts,
  'OperationsWorkerFunction logs:CreateLogStream OperationsAuditLog': acts,
  'OperationsWorkerFunction logs:PutLogEvents OperationsAuditLog': acts,
  'OperationsWorkerFunction s3:DeleteObject Archive/quarantine/*': acts,
  'OperationsWorkerFunction s3:GetObject Archive/quarantine/*': acts,
  'OperationsWorkerFunction s3:ListBucket Archive': acts,
  'OperationsWorkerFunction s3:PutObject Archive/parked/*': acts,
  'OperationsWorkerFunction s3:PutObject Archive/quarantine/*': acts,
  'OperationsWorkerFunction s3:PutObject AuditRecords/audit/*': acts,
  'OperationsWorkerFunction s3:PutObject CampaignFiles/inbox/*': acts,
  'OperationsWorkerFunction ssm:GetAutomationExecution arn:aws:ssm:us-east-1:000000000000:automation-execution/*':
    'Nobody starts a document in the stories. test/integration/browser-acts.test.ts does.',
  'OperationsWorkerFunction secretsmanager:DescribeSecret HttpKeys': acts,
  'OperationsWorkerFunction secretsmanager:GetSecretValue HttpKeys': acts,
  'OperationsWorkerFunction secretsmanager:PutSecretValue HttpKeys': acts,
  'OperationsWorkerFunction secretsmanager:UpdateSecretVersionStage HttpKeys': acts,
  'OperationsWorkerFunction lambda:GetEventSourceMapping ExpiryMapping':
    'If the control record is lost, a pause or resume makes it anew, and treats lanes whose mapping is off as paused.',
  'OperationsWorkerFunction lambda:GetEventSourceMapping QrMapping':
    'If the control record is lost, a pause or resume makes it anew, and treats lanes whose mapping is off as paused.',
  'OperationsWorkerFunction lambda:GetEventSourceMapping {lane}LinkWorkerMapping':
    'If the control record is lost, a pause or resume makes it anew, and treats lanes whose mapping is off as paused.',
  'OperationsWorkerFunction logs:CreateLogStream OperationsWorkerLogs': byHand,
  'OperationsWorkerFunction logs:PutLogEvents OperationsWorkerLogs': byHand,
  'OperationsWorkerFunction sqs:ChangeMessageVisibility ExpiryExpiredDeadLetters': byHand,
  'OperationsWorkerFunction sqs:ChangeMessageVisibility {lane}CommandsDeadLetters': byHand,
  'OperationsWorkerFunction sqs:ChangeMessageVisibility QrJobsDeadLetters': byHand,
  'OperationsWorkerFunction sqs:DeleteMessage ExpiryExpiredDeadLetters': byHand,
  'OperationsWorkerFunction sqs:DeleteMessage {lane}CommandsDeadLetters': byHand,
  'OperationsWorkerFunction sqs:DeleteMessage QrJobsDeadLetters': byHand,
  'OperationsWorkerFunction sqs:ReceiveMessage ExpiryExpiredDeadLetters': byHand,
  'OperationsWorkerFunction sqs:ReceiveMessage {lane}CommandsDeadLetters': byHand,
  'OperationsWorkerFunction sqs:ReceiveMessage QrJobsDeadLetters': byHand,
  'OperationsWorkerFunction sqs:GetQueueAttributes ExpiryExpiredQueue': byHand,
  'OperationsWorkerFunction sqs:GetQueueAttributes {lane}CommandsQueue': byHand,
  'OperationsWorkerFunction sqs:GetQueueAttributes QrJobsQueue': byHand,
  'OperationsWorkerFunction sqs:SendMessage ExpiryExpiredQueue': byHand,
  'OperationsWorkerFunction sqs:SendMessage {lane}CommandsQueue': byHand,
  'OperationsWorkerFunction sqs:SendMessage QrJobsQueue': byHand,
  'ReplayerWorkerFunction s3:GetObject Archive/held/*':
    'The replayer sends held commands back when their sender is decided. The stories have no unknown sender.',
  'ReplayerWorkerFunction s3:DeleteObject Archive/held/*': 'The replayer removes what it sent back.',
  'ReplayerWorkerFunction s3:PutObject Archive/quarantine/*': 'A parked object that cannot be replayed is put aside.',
  'ReplayerWorkerFunction sns:Publish OutcomesTopic':
    'The producer of a command that is put aside gets an outcome that is not final.',
  'sns.amazonaws.com sqs:SendMessage OutcomesOfCrmDeadLetters':
    'SNS puts aside an outcome that it cannot deliver to the queue of its producer.',
  'sns.amazonaws.com sqs:SendMessage PrivateOutcomesOfCrmDeadLetters':
    'SNS puts aside an outcome that it cannot deliver to the queue of its producer.',
  '{lane}LinkWorkerFunction s3:PutObject Archive/held/*':
    'The worker holds a command of an unknown sender. The stories have none.',
  'QrWorkerFunction dynamodb:GetItem Ledger':
    'If the link of a job has ended, or a job is delivered again, the worker reads the record of the link.',
  'QrWorkerFunction s3:DeleteObject QrImages/qr/*':
    'If the link of a job has ended, the worker removes the image that it or an earlier delivery stored.',
  'QrWorkerFunction sqs:ChangeMessageVisibility QrJobsQueue':
    'A job that fails returns to its queue with a longer delay each time.',
  'OperationsWorkerFunction sqs:ChangeMessageVisibility CampaignFilesDeadLetters': byHand,
  'OperationsWorkerFunction sqs:DeleteMessage CampaignFilesDeadLetters': byHand,
  'OperationsWorkerFunction sqs:ReceiveMessage CampaignFilesDeadLetters': byHand,
  'OperationsWorkerFunction sqs:GetQueueAttributes CampaignFilesQueue': byHand,
  'OperationsWorkerFunction sqs:SendMessage CampaignFilesQueue': byHand,
  'CampaignsCheckerWorkerFunction sqs:ChangeMessageVisibility CampaignFilesQueue': files,
  'CampaignsCheckerWorkerFunction sqs:SendMessage CampaignFilesQueue': files,
  'CampaignsCheckerWorkerFunction s3:ListBucket CampaignFiles': files,
  'CampaignsCheckerWorkerFunction secretsmanager:GetSecretValue LinkIdSecret': files,
  'CampaignsSenderWorkerFunction sqs:GetQueueAttributes {lane}CommandsQueue': files,
  'HttpApiCallsWorkerFunction s3:ListBucket QrImages':
    'S3 reports a missing image as refused to a function without it. The story has no missing image.',
};
