// The child pipeline of GitLab for a change: one job for each part that it touches. The parent (.gitlab-ci.yml) starts it.
import type { Affected } from './affected.ts'

interface Job {
  script: string[]
  timeout: string
  variables?: Record<string, string>
}

const wholeHistory = { GIT_DEPTH: '0' }

const allTests: Record<string, Job> = {
  check: { script: ['npm run check'], timeout: '40 minutes' },
  brokers: { script: ['KAFKA_HOME=$(.ci/install-brokers) npm run test:brokers'], timeout: '60 minutes' },
  upgrade: { script: ['npm run test:upgrade'], timeout: '40 minutes', variables: wholeHistory },
}
const deployTests: Record<string, Job> = {
  deploy: {
    script: [
      'apt-get update',
      'apt-get install --yes --no-install-recommends golang-go',
      'tools=$(.ci/install-deploy-tools)',
      'PATH=$PATH:$tools npm run test:deploy',
    ],
    timeout: '60 minutes',
  },
}
/** GitLab refuses a pipeline without a job. */
const noTests: Record<string, Job> = {
  'nothing to test': { script: ['echo "No part of the shop changed."'], timeout: '5 minutes' },
}

/** The jobs by name, in the form that GitLab reads. JSON is YAML, so it can be stored as it is. */
export function childPipeline(affected: Affected): object {
  const ofParts = affected.tests.map((part): [string, Job] => [
    part,
    { script: [`npm test -- ${part}`], timeout: '20 minutes' },
  ])
  const jobs = {
    ...(affected.everything ? allTests : Object.fromEntries(ofParts)),
    ...(affected.deploy ? deployTests : {}),
  }
  return {
    default: { image: '$NODE_IMAGE', interruptible: true },
    workflow: { rules: [{ when: 'always' }] },
    ...(Object.keys(jobs).length > 0 ? jobs : noTests),
  }
}
