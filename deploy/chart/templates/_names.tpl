{{/* Names and labels. Selectors hold what never changes: a Deployment's selector is immutable. */}}

{{/* The beginning of all names of this release. */}}
{{- define "souk.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{/* All pods of this release. */}}
{{- define "souk.instanceLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* (root, component): the pods of one service. */}}
{{- define "souk.selector" -}}
{{ include "souk.instanceLabels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* (root, component): for the metadata of objects, not for pods: a change of version must not replace pods that stay the same. */}}
{{- define "souk.labels" -}}
{{ include "souk.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* The reference of the image: by digest where there is one. */}}
{{- define "souk.image" -}}
{{- with .Values.image }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag }}{{ end }}{{ end -}}
{{- end }}

{{/* (root, name): the settings of one service, as JSON: the defaults, what is for all databases, and its own. */}}
{{- define "souk.service" -}}
{{- $own := deepCopy (index .root.Values.services .name) -}}
{{- if hasKey $own "database" -}}
{{- $_ := set $own "database" (mustMergeOverwrite (deepCopy .root.Values.database) (default dict $own.database)) -}}
{{- end -}}
{{- mustMergeOverwrite (deepCopy .root.Values.defaults) $own | toJson -}}
{{- end }}

{{/* The names of the services that are deployed apart, as JSON. */}}
{{- define "souk.serviceNames" -}}
{{- $names := list -}}
{{- if eq .Values.topology "apart" -}}
{{- range $name, $service := .Values.services -}}
{{- if ne (toString $service.enabled) "false" }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $names | toJson -}}
{{- end }}

{{/* (settings): how many pods a service has at least and at most, as JSON. */}}
{{- define "souk.podCounts" -}}
{{- if .autoscaling.enabled }}{{ dict "min" .autoscaling.min "max" .autoscaling.max | toJson }}{{ else }}{{ dict "min" .replicas "max" .replicas | toJson }}{{ end -}}
{{- end }}
