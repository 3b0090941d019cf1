//go:build services

package deploytest

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	network "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// manifests are the objects in deploy/kubernetes.
type manifests struct {
	set     apps.StatefulSet
	service core.Service
	config  core.ConfigMap
	account core.ServiceAccount
	network network.NetworkPolicy
	ingress network.Ingress
	budget  policy.PodDisruptionBudget
}

// readManifests decodes all manifests with the types of Kubernetes. An unknown field is an error.
func readManifests(t *testing.T) *manifests {
	t.Helper()
	files, err := filepath.Glob("../../deploy/kubernetes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no manifests", err)
	}
	m := &manifests{}
	into := map[string]any{"StatefulSet": &m.set, "Service": &m.service, "ConfigMap": &m.config,
		"ServiceAccount": &m.account, "NetworkPolicy": &m.network, "Ingress": &m.ingress,
		"PodDisruptionBudget": &m.budget}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range bytes.Split(text, []byte("\n---\n")) {
			var head struct{ Kind string }
			if err := yaml.Unmarshal(document, &head); err != nil {
				t.Fatal(file, err)
			}
			object := into[head.Kind]
			if object == nil {
				t.Fatalf("%s has an object of kind %q, which the test does not know", file, head.Kind)
			}
			delete(into, head.Kind)
			if err := yaml.UnmarshalStrict(document, object); err != nil {
				t.Fatalf("%s: %s: %v", file, head.Kind, err)
			}
		}
	}
	for kind := range into {
		t.Errorf("there is no %s", kind)
	}
	return m
}

func TestTheManifestsFitTogether(t *testing.T) {
	m := readManifests(t)
	pod, claim := m.set.Spec.Template, m.set.Spec.VolumeClaimTemplates[0]
	c := pod.Spec.Containers[0]
	labels, mounted, limits := pod.Labels, pod.Spec.AutomountServiceAccountToken, pod.Spec.SecurityContext
	path := m.ingress.Spec.Rules[0].HTTP.Paths[0]
	for what, fits := range map[string]bool{
		"one replica":                   *m.set.Spec.Replicas == 1,
		"the set selects its pod":       matches(m.set.Spec.Selector.MatchLabels, labels),
		"the service selects the pod":   matches(m.service.Spec.Selector, labels),
		"the budget selects the pod":    matches(m.budget.Spec.Selector.MatchLabels, labels),
		"the policy selects the pod":    matches(m.network.Spec.PodSelector.MatchLabels, labels),
		"the set's service":             m.set.Spec.ServiceName == m.service.Name,
		"the pod's account":             pod.Spec.ServiceAccountName == m.account.Name,
		"the account's token is unused": !*mounted && !*m.account.AutomountServiceAccountToken,
		"the pod's configuration":       c.EnvFrom[0].ConfigMapRef.Name == m.config.Name,
		"the service's port":            m.service.Spec.Ports[0].TargetPort.StrVal == c.Ports[0].Name,
		"the policy's port":             m.network.Spec.Ingress[0].Ports[0].Port.StrVal == c.Ports[0].Name,
		"the ingress' service": path.Backend.Service.Name == m.service.Name &&
			path.Backend.Service.Port.Name == m.service.Spec.Ports[0].Name,
		"the image's port":   c.Ports[0].ContainerPort == 8080,
		"the pod's volume":   c.VolumeMounts[0].Name == claim.Name && c.VolumeMounts[0].MountPath == "/data",
		"the data is in it":  strings.HasPrefix(m.config.Data["HOOKBEAM_DATA"], "/data/"),
		"a drain is allowed": m.budget.Spec.MaxUnavailable.IntValue() == 1,
		"the public URL":     m.config.Data["HOOKBEAM_PUBLIC_URL"] == "https://"+m.ingress.Spec.Rules[0].Host,
		"the image's user":   *limits.RunAsUser == 65532 && *limits.FSGroup == 65532,
		"no root":            *limits.RunAsNonRoot && !*c.SecurityContext.AllowPrivilegeEscalation,
		"read-only":          *c.SecurityContext.ReadOnlyRootFilesystem,
		"no capabilities": slices.Equal(c.SecurityContext.Capabilities.Drop, []core.Capability{"ALL"}) &&
			len(c.SecurityContext.Capabilities.Add) == 0,
		"a profile of system calls": limits.SeccompProfile.Type == core.SeccompProfileTypeRuntimeDefault,
		"bodies of 25 MiB":          m.ingress.Annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "25m",
	} {
		if !fits {
			t.Errorf("it does not fit: %s", what)
		}
	}
}

func matches(selector, labels map[string]string) bool {
	for name, value := range selector {
		if labels[name] != value {
			return false
		}
	}
	return len(selector) > 0
}

// TestTheProbesAnswerBehindAPublicURL runs the server as the manifests configure it, and asks as the kubelet does: at
// the address of the pod, which is not the host of the public URL.
func TestTheProbesAnswerBehindAPublicURL(t *testing.T) {
	m := readManifests(t)
	var env []string
	for name, value := range m.config.Data {
		env = append(env, name+"="+value)
	}
	address := hookbeamWith(t, env)
	c := m.set.Spec.Template.Spec.Containers[0]
	for name, probe := range map[string]*core.Probe{
		"startup": c.StartupProbe, "liveness": c.LivenessProbe, "readiness": c.ReadinessProbe,
	} {
		r, err := http.NewRequest(http.MethodGet, "http://"+address+probe.HTTPGet.Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = net.JoinHostPort("10.1.2.3", "8080")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK || probe.HTTPGet.Port.StrVal != c.Ports[0].Name {
			t.Errorf("the %s probe: %s", name, res.Status)
		}
	}
}

// composeFile is the part of a compose file that deploy/compose.yaml uses.
type composeFile struct {
	Name     string
	Services map[string]struct {
		Image, Restart  string
		ContainerName   string `json:"container_name"`
		Environment     map[string]string
		Ports, Volumes  []string
		ReadOnly        bool     `json:"read_only"`
		CapDrop         []string `json:"cap_drop"`
		SecurityOpt     []string `json:"security_opt"`
		StopGracePeriod string   `json:"stop_grace_period"`
	}
	Volumes map[string]*struct{}
}

func TestTheComposeFileFitsTheImage(t *testing.T) {
	text, err := os.ReadFile("../../deploy/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file composeFile
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		t.Fatal(err)
	}
	s := file.Services["hookbeam"]
	if !slices.Equal(s.Ports, []string{"443:8080", "80:8081"}) || !slices.Equal(s.Volumes, []string{"data:/data"}) {
		t.Errorf("ports %v, volumes %v", s.Ports, s.Volumes)
	}
	if _, declared := file.Volumes["data"]; !declared || !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) {
		t.Errorf("%+v", file)
	}
	if s.Environment["HOOKBEAM_LISTEN_HTTP"] != "0.0.0.0:8081" {
		t.Errorf("environment %v", s.Environment)
	}
}

// TestTheVariablesExist compares the variables in deploy with those of hookbeam serve.
func TestTheVariablesExist(t *testing.T) {
	known, err := exec.Command(program(t), "serve", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	// Secrets are no flags, because process lists are public. HOOKBEAM_IMAGE is the compose file's own.
	known = append(known, " HOOKBEAM_ADMIN_TOKEN HOOKBEAM_SEAL_KEY HOOKBEAM_IMAGE "...)
	found := 0
	for _, pattern := range []string{"compose.yaml", "kubernetes/*", "proxies/*"} {
		files, err := filepath.Glob(filepath.Join("../../deploy", pattern))
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range regexp.MustCompile(`HOOKBEAM_[A-Z_]+`).FindAll(text, -1) {
				found++
				if !regexp.MustCompile(`\b` + string(name) + `\b`).Match(known) {
					t.Errorf("%s has %s, which hookbeam serve does not know", file, name)
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("found only %d variables", found)
	}
}
