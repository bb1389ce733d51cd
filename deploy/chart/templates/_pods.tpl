{{/* What all pods have in common: the restricted profile of Pod Security, a read-only root, secrets as files. */}}

{{- define "souk.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "souk.containerSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
privileged: false
capabilities: {drop: [ALL]}
{{- end }}

{{/* (cpu, memory, ephemeralStorage): no limit of the CPU, and memory is never overcommitted. */}}
{{- define "souk.resources" -}}
requests:
  cpu: {{ .cpu | quote }}
  memory: {{ .memory }}
  ephemeral-storage: {{ .ephemeralStorage }}
limits:
  memory: {{ .memory }}
  ephemeral-storage: {{ .ephemeralStorage }}
{{- end }}

{{/* (root, component): the beginning of the spec of every pod. */}}
{{- define "souk.podBase" -}}
serviceAccountName: {{ include "souk.fullname" .root }}-{{ .component }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "souk.podSecurity" . | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* (root, component, files): the container of every pod; the caller adds args, env, ports and resources. */}}
{{- define "souk.containerBase" -}}
image: {{ include "souk.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "souk.containerSecurity" . | nindent 2 }}
{{- end }}

{{- define "souk.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: secrets, mountPath: /run/secrets/souk, readOnly: true}
{{- if .databaseCa }}
- {name: database-ca, mountPath: /run/secrets/database-ca, readOnly: true}
{{- end }}
{{- if .brokerCa }}
- {name: broker-ca, mountPath: /run/secrets/broker-ca, readOnly: true}
{{- end }}
{{- end }}

{{/* (sources, databaseCa, brokerCa, tmp): sources is a list of {name, keys}; without keys all of the Secret is mounted. */}}
{{- define "souk.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: {{ .tmp }}}
- name: secrets
  projected:
    defaultMode: 0440
    {{- if .sources }}
    sources:
      {{- range .sources }}
      - secret:
          name: {{ .name }}
          {{- with .keys }}
          items:
            {{- range . }}
            - {key: {{ . }}, path: {{ . }}}
            {{- end }}
          {{- end }}
      {{- end }}
    {{- else }}
    sources: []
    {{- end }}
{{- with .databaseCa }}
- name: database-ca
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .brokerCa }}
- name: broker-ca
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{/* (root, name, settings): the Secrets that the pods of one service mount, as JSON. */}}
{{- define "souk.secretsOf" -}}
{{- $values := .root.Values -}}
{{- $sources := list -}}
{{- with $values.secrets.shared }}{{ $sources = append $sources (dict "name" . "keys" (list "SOUK_SHARED_SECRET")) }}{{ end -}}
{{- with .settings.existingSecret }}{{ $sources = append $sources (dict "name" .) }}{{ end -}}
{{- if hasKey .settings "database" }}{{ $sources = append $sources (dict "name" .settings.database.existingSecret "keys" (list (printf "%s_DATABASE_URL" (upper .name)))) }}{{ end -}}
{{- if .settings.usesBroker }}{{ $sources = append $sources (dict "name" $values.broker.existingSecret "keys" (list (include "souk.brokerVariable" .root))) }}{{ end -}}
{{- if and $values.redis.enabled .settings.isPublic }}{{ $sources = append $sources (dict "name" $values.redis.existingSecret "keys" (list "REDIS_URL")) }}{{ end -}}
{{- $sources | toJson -}}
{{- end }}

{{- define "souk.brokerVariable" -}}
{{- if eq .Values.broker.kind "postgres" }}BUS_DATABASE_URL{{ else }}BUS_URL{{ end -}}
{{- end }}

{{/* (root, databases, owners): the Secrets of commands that work on databases, as JSON. */}}
{{- define "souk.databaseSecrets" -}}
{{- $root := .root -}}
{{- $owners := .owners -}}
{{- $sources := list -}}
{{- range $name := .databases -}}
{{- $database := (include "souk.service" (dict "root" $root "name" $name) | fromJson).database -}}
{{- $sources = append $sources (dict "name" $database.existingSecret "keys" (list (printf "%s_DATABASE_URL" (upper $name)))) -}}
{{- if $owners }}{{ $sources = append $sources (dict "name" $database.ownerSecret "keys" (list (printf "%s_MIGRATIONS_URL" (upper $name)))) }}{{ end -}}
{{- end -}}
{{- $broker := $root.Values.broker -}}
{{- if eq $broker.kind "postgres" -}}
{{- $sources = append $sources (dict "name" $broker.existingSecret "keys" (list "BUS_DATABASE_URL")) -}}
{{- if $owners }}{{ $sources = append $sources (dict "name" $broker.ownerSecret "keys" (list "BUS_MIGRATIONS_URL")) }}{{ end -}}
{{- end -}}
{{- $sources | toJson -}}
{{- end }}

{{/* The names of the services that have a database, as JSON. */}}
{{- define "souk.databaseNames" -}}
{{- $names := list -}}
{{- $services := .Values.services -}}
{{- range include "souk.serviceNames" . | fromJsonArray -}}
{{- if hasKey (index $services .) "database" }}{{ $names = append $names . }}{{ end -}}
{{- end -}}
{{- $names | toJson -}}
{{- end }}

{{/* Not empty when pods of commands (the migrator, cron jobs) are made. */}}
{{- define "souk.hasCommands" -}}
{{- if eq .Values.topology "apart" -}}
{{- if ne .Values.migrations.mode "external" }}yes{{ end -}}
{{- range .Values.cronJobs }}{{ if .enabled }}yes{{ end }}{{ end -}}
{{- end -}}
{{- end }}

{{/* (settings): the three probes, on the port of operations. */}}
{{- define "souk.probes" -}}
startupProbe:
  httpGet: {path: /health/live, port: operations}
  {{- toYaml .probes.startup | nindent 2 }}
livenessProbe:
  httpGet: {path: /health/live, port: operations}
  {{- toYaml .probes.liveness | nindent 2 }}
readinessProbe:
  httpGet: {path: /health/serving, port: operations}
  {{- toYaml .probes.readiness | nindent 2 }}
{{- end }}

{{/* (scheduling) */}}
{{- define "souk.scheduling" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
