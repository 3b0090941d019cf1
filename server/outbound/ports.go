package outbound

import "slices"

// neverPorts are ports of services that are no target of any protocol that this program speaks: remote shells, file
// shares, name services, the machinery of a machine or a cluster. An allow-list of addresses does not open them.
var neverPorts = []uint16{
	0, 1, 7, 9, 11, 13, 15, 17, 19, // unset, and the old diagnostic services: echo, discard, chargen, …
	20, 21, 22, 23, 37, 53, 69, 79, // FTP, SSH, Telnet, time, DNS, TFTP, finger
	111, 123, 135, 137, 138, 139, 161, 162, 179, // portmapper, NTP, Windows RPC and NetBIOS, SNMP, BGP
	389, 445, 512, 513, 514, 515, 548, 554, 636, // LDAP, SMB, r-services, syslog, printers, AFP, RTSP
	873, 2049, 2375, 2376, 2379, 2380, 3389, 5900, // rsync, NFS, Docker, etcd, RDP, VNC
	6000, 10250, 10255, // X11, kubelet
}

// otherPorts are ports of protocols that this program, or another one, speaks instead of HTTP. An HTTP request
// is never sent to them: servers of text protocols would read its lines as commands.
var otherPorts = []uint16{
	25, 110, 119, 143, 465, 587, 993, 995, 2525, // mail and news
	1433, 1521, 3306, 5432, 6379, 6380, 9042, 11211, 27017, // databases and caches
	4222, 5671, 5672, 1883, 8883, 9092, 61613, // NATS, AMQP, MQTT, Kafka, STOMP
	5060, 5061, 6665, 6666, 6667, 6668, 6669, 6697, // SIP, IRC
}

// portRefused reports whether a port is never dialled, or never by HTTP.
func portRefused(port uint16, http bool) bool {
	return slices.Contains(neverPorts, port) || http && slices.Contains(otherPorts, port)
}
